"""What people decided of texts, as a file that a person can read, edit and keep in git: `--decisions`.

A line is a JSON object, for example:

```
{"decision": "keep", "text": "Sign up for our newsletter", "site": "mill.example"}
{"decision": "keep", "text": "The mill closed in May.", "id": "news/may.html", "note": "the article's own"}
{"decision": "chrome", "text": "Photo: Anna Berg / Tideline", "site": "mill.example", "kind": "caption", "slots": true}
{"decision": "confirm", "text": "Home News Sport", "id": "news/may.html"}
```

`keep`: wherever these words stand in a row, none of them is removed. `chrome`: every block of just these words goes,
and so do several blocks one behind the other if the text has as many. `confirm`: somebody looked, and it is right as it
is; it changes nothing. A decision holds for the document of its `id`, else for those of its `site`, else for all. With
`slots` names and figures may differ: what is meant then are blocks that are the same but for those. Case, punctuation,
white space and Markdown never matter; a text without a word is found nowhere.

Of two decisions that meet in a block the one of the narrower scope wins, then the one without slots, then the later
line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

from dedup.commit import atomic
from dedup.data import CHROME_KINDS, Kind
from dedup.errors import SettingError
from dedup.find import DECISIONS
from dedup.repetition import block_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Choice(StrEnum):
    """What somebody decided of a text."""

    KEEP = "keep"
    CHROME = "chrome"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of a text, in a document, on a site or everywhere.

    Raises:
        SettingError: a value is not allowed; what is.

    >>> Decision("keep", "Sign up for our newsletter", site="mill.example").as_record()
    {'decision': 'keep', 'text': 'Sign up for our newsletter', 'site': 'mill.example'}
    >>> Decision("chrome", "Photo: Anna Berg", kind="figure")
    Traceback (most recent call last):
        ...
    dedup.errors.SettingError: kind = 'figure': must be one of navigation, header, footer, disclaimer, copyright, \
membership, newsletter, author_bio, contact, share, comments, related, advertisement, caption, byline, boilerplate
    """

    decision: Choice
    text: str
    id: str = ""
    """The document it holds for."""
    site: str = ""
    """Where there is no `id`, the site it holds for."""
    kind: Kind | None = None
    """What kind of chrome it is: `boilerplate` if none is given."""
    slots: bool = False
    """Whether names and figures may differ."""
    note: str = ""
    line: int = field(default=0, compare=False)
    """Where it stands in its file, from 1; 0 if in none."""

    def __post_init__(self) -> None:
        for name in ("text", "id", "site", "note"):
            _check_string(name, getattr(self, name))
        if type(self.slots) is not bool:
            raise SettingError(f"slots = {_shown(self.slots)}: must be true or false")
        object.__setattr__(self, "decision", _one_of("decision", self.decision, Choice))
        if not self.text.strip():
            raise SettingError("text: is empty; must be the words that are decided on")
        if self.kind is not None:
            if self.decision is not Choice.CHROME:
                raise SettingError(f"kind = {str(self.kind)!r}: is for decision = 'chrome'")
            object.__setattr__(self, "kind", _one_of("kind", self.kind, CHROME_KINDS))
        if self.slots and not block_text(self.text).template:
            raise SettingError("slots = true: the text has not three words that are neither names nor figures")

    @property
    def key(self) -> str:
        """What names it in evidence where it stands in no file: a digest of what it says."""
        return xxhash.xxh3_64_hexdigest(orjson.dumps(self.as_record()))

    def as_record(self) -> dict[str, Any]:
        """As it is written: without what it leaves open."""
        known = {name: value for name, value in asdict(self).items() if value and name != "line"}
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in known.items()}


_FIELDS = tuple(spec.name for spec in fields(Decision) if spec.name != "line")


def _check_string(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise SettingError(f"{name} = {_shown(value)}: must be a string")
    if not value.isascii() and value != value.encode("utf-8", "replace").decode():
        raise SettingError(f"{name} = {_shown(value)}: holds what is not UTF-8")


def _one_of(name: str, value: object, allowed: Iterable[StrEnum]) -> StrEnum:
    found = next((each for each in allowed if each == value), None)
    if found is None:
        raise SettingError(f"{name} = {_shown(value)}: must be one of {', '.join(allowed)}")
    return found


def _shown(value: object) -> str:
    """A wrong value in a message."""
    return repr(value)[:80]


def load(path: str | Path) -> list[Decision]:
    """Read a file of decisions; empty lines are left out.

    Raises:
        SettingError: it cannot be read, or a line of it is no decision: which one, what is wrong, what is allowed.
    """
    return parsed(content_of(path), str(path))


def content_of(path: str | Path) -> bytes:
    """What a file of decisions holds.

    Raises:
        SettingError: it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SettingError(f"decisions = {str(path)!r}: cannot be read: {error.strerror or error}") from error


def parsed(content: bytes, name: str) -> list[Decision]:
    """The decisions that a file of this name holds.

    Raises:
        SettingError: as `load`.
    """
    return list(_parsed(content, name))


def _parsed(content: bytes, name: str) -> Iterator[Decision]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield _decision(orjson.loads(line), number)
        except orjson.JSONDecodeError as error:
            raise SettingError(f"{name}:{number}: is no JSON object on one line: {error}") from error
        except SettingError as error:
            raise SettingError(f"{name}:{number}: {error}") from None


def _decision(record: object, line: int) -> Decision:
    if not isinstance(record, dict):
        raise SettingError('is no JSON object; must be as {"decision": "keep", "text": "..."}')
    unknown = next((each for each in record if each not in _FIELDS), None)
    if unknown is not None:
        raise SettingError(f"unknown field {_shown(unknown)}; there are: {', '.join(_FIELDS)}")
    missing = next((each for each in ("decision", "text") if each not in record), None)
    if missing:
        raise SettingError(f"has no {missing!r}")
    return Decision(**record, line=line)


def save(path: str | Path, decisions: Iterable[Decision]) -> None:
    """Write a file of decisions, in their order, which appears under its name when it is whole."""
    with atomic(Path(path)) as handle:
        for each in decisions:
            handle.write(orjson.dumps(each.as_record(), option=orjson.OPT_APPEND_NEWLINE))


def default_path(out: str | Path) -> Path:
    """Where the decisions on a run are kept: beside its folder, as a new run replaces what is in that.

    >>> default_path("runs/out/").as_posix()
    'runs/out.decisions.jsonl'
    """
    folder = Path(out)
    folder = folder if folder.name not in ("", "..") else folder.resolve()
    return folder.with_name(folder.name + DECISIONS)
