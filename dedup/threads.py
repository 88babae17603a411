"""A comment thread pasted below an article: user names on lines of their own, and what each wrote.

Seen once, it has no repetition to be known by; on a corpus of collected articles such threads were half of all chrome.
An interview or a play looks alike, so the thread must stand after a real article without such lines, and more than its
layout must speak for it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from dedup.data import Tag

MIN_POSTS = 4
MIN_BODY_WORDS = 120
"""The article before the thread has at least as many words: an interview begins with its speakers."""

HANDLE = 6
"""Letters of a user name in small letters, at least: shorter ones are posts ("lol", "thx", "nope")."""

_NAME = re.compile(r"[\w@][\w.'@-]*(?: [\w.'@&-]+){0,4}$")
_CUE = re.compile(
    r"would love your thoughts|please comment|leave a (?:reply|comment)|post a comment"
    r"|\breply\b.{0,12}$|^\d+ (?:comments?|replies)\b"
    r"|\b(?:\d+|an?) (?:minutes?|hours?|days?|weeks?|months?|years?) ago\b"
    r"|^(?:reply|like|share|report|upvote|edited)\b.{0,20}$"
    r"|load more comments|schreibe einen kommentar|antworten$|laisser un commentaire|dejar un comentario",
    re.IGNORECASE,
)  # fmt: skip
_INFORMAL = re.compile(
    r"^[a-z]|\.{2,}|…\S|!!|\?\?|\b(?:lol|btw|imo|imho|thx|cheers|dude|gonna|yeah|u r|ur|pls|omg|wtf)\b|[A-Z]{4,} [A-Z]{3,}|[a-z]$|https?://"
    r"|^(?:thanks|thank you|sorry|agreed|exactly|good|great|nice|well said|yes|no|nope|hi|hello)\b",
)


class Thread(NamedTuple):
    """Where a thread starts among the blocks, and what it was known by."""

    start: int
    names: tuple[str, ...]
    posts: int
    cue: bool


def find_thread(blocks: list[str], tags: list[Tag], *, cue: bool = False) -> Thread | None:
    """The comment thread that runs to the end of these plain blocks, if there is one; `cue`: a comment form was seen.

    >>> body = ["The council met on Monday. " * 12] * 3
    >>> thread = ["harbour_cat", "same old story..", "Jo", "agreed!!", "harbour_cat", "told you so lol", "Bo K", "Ta."]
    >>> find_thread(body + thread, [Tag.PARAGRAPH] * 11).start
    3
    """
    lines = [_is_line(block, tag) for block, tag in zip(blocks, tags, strict=True)]
    counts = Counter(block.casefold() for block, line in zip(blocks, lines, strict=True) if line)
    repeated = {name for name, count in counts.items() if count >= 2}
    names = [
        line and (block.casefold() in repeated or _is_name(block)) for block, line in zip(blocks, lines, strict=True)
    ]
    first = next((i for i, block in enumerate(blocks) if names[i] and block.casefold() in repeated), None)
    if first is None:
        return None
    start = _earliest(first, names)
    posters = [block for block, name in zip(blocks[start:], names[start:], strict=True) if name]
    text = [block for block, name in zip(blocks[start:], names[start:], strict=True) if not name]
    body = sum(len(block.split()) for block in blocks[:start])
    cue = cue or any(_CUE.search(block) for block in text)
    informal = sum(bool(_INFORMAL.search(block)) for block in text)
    if len(posters) < MIN_POSTS or body < MIN_BODY_WORDS or any(tag is Tag.HEADING for tag in tags[start:]):
        return None
    # Three different speakers or more, and either words of a comment form or the tone of one in a quarter of the posts.
    if len(set(posters)) < 3 or not (cue or informal * 4 >= len(text)):
        return None
    return Thread(start, tuple(sorted(set(posters))), len(posters), cue)


def _is_line(block: str, tag: Tag) -> bool:
    """A short line of a few words that ends no sentence: a name, or a short post."""
    short = tag is Tag.PARAGRAPH and len(block) <= 40 and not block.isdigit()
    return short and bool(_NAME.match(block)) and block[-1:] not in ".!?"


def _is_name(block: str) -> bool:
    """A handle, or words of which most are capitalised: what people sign with who wrote once."""
    words = block.split()
    capitals = sum(word[0].isupper() or word[0].isdigit() for word in words)
    return capitals * 2 > len(words) or (len(words) == 1 and (len(block) >= HANDLE or not block.isalpha()))


def _earliest(first: int, names: list[bool]) -> int:
    """Back from the first recurring name over posters who wrote once, each with at most three paragraphs."""
    start = first
    for index in range(first - 1, -1, -1):
        if names[index]:
            start = index
        elif start - index > 3:
            break
    return start
