"""What names something by a URL, as a string: told from paths, and without what is secret in it.

Nothing heavy is imported here: every run asks of every input whether it is one. What is behind a URL is `dedup.remote`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_URL = re.compile(r"(?:[A-Za-z][\w+.-]+::)*[A-Za-z][\w+.-]+://", re.ASCII)  # a drive of Windows has one letter
_SECRETS = (
    (re.compile(r"(?<=://)[^/?#\s]*@"), ""),  # user and password, which may hold an "@"
    (re.compile(r"(https?://[^\s?'\"<>]*)\?[^\s'\"<>)]*"), r"\1"),  # the signature of a signed URL
)


def is_url(value: object) -> bool:
    r"""Whether this names something by a URL that is not a file's.

    >>> [is_url(each) for each in ("s3://bucket/a", "simplecache::gs://b/c", r"C:\texts", "C://texts", "a.md", "file:///a")]
    [True, True, False, False, False, False]
    """
    return isinstance(value, str) and "://" in value and not _is_file(value) and _URL.match(value) is not None


def _is_file(value: str) -> bool:
    return value[:7].lower() == "file://"


def plain(value: str | Path) -> str | Path:
    """What a `file://` URL names, as a path; anything else as it is.

    >>> plain("file:///data/old%20news"), plain("s3://bucket/old%20news")
    ('/data/old news', 's3://bucket/old%20news')
    """
    if not (isinstance(value, str) and _is_file(value)):
        return value
    from urllib.parse import unquote

    path = unquote(value[7:].removeprefix("localhost"))
    return path.lstrip("/") if os.name == "nt" else path


def shown(value: object) -> str:
    """A text as it may be shown: URLs in it without user, password and signature.

    >>> shown("ftp://me:secret@host/a.md"), shown("https://host/a.jsonl?X-Amz-Signature=0badc0de")
    ('ftp://host/a.md', 'https://host/a.jsonl')
    """
    text = str(value)
    for pattern, put in _SECRETS if "://" in text else ():
        text = pattern.sub(put, text)
    return text
