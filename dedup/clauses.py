"""The files of the lexicon, and what their patterns cannot match without: read off the patterns once, by
`python -m dedup.clauses`, and kept in `lexicon/clauses.txt`. It takes a third of a second, as long as a hundred pages.

A file that was not made of the lexicon as it is now is not used; the clauses are then read off again.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.literals import Reader
from dedup.shelf import SHELF, as_it_is
from dedup.sieve import END, START

if TYPE_CHECKING:
    from dedup.sieve import Clauses

STORED = "clauses.txt"
DOM = "dom.toml"
_SHOWN = str.maketrans({START: "\u2402", END: "\u2403"})  # so that the file can be read
_MEANT = str.maketrans({"\u2402": START, "\u2403": END})


@cache
def table(name: str) -> dict[str, Any]:
    """A file of the lexicon."""
    return SHELF.get(f"toml {_text(name)}", lambda: tomllib.loads(_text(name)), as_it_is, as_it_is)


@cache
def names() -> list[str]:
    """The files of the lexicon, `dom.toml` too: that of no language first, then English."""
    folder = files("dedup") / "lexicon"
    found = [each.name for each in folder.iterdir() if each.name.endswith(".toml")]
    return sorted(found, key=lambda name: (name not in ("any.toml", "en.toml"), name))


def needed(name: str) -> dict[str, Clauses]:
    """What the rules of a file cannot match without, by the rules' names."""
    stored = _stored()
    if stored is None:
        return read_off(name)
    return {row["name"]: _clauses(stored[row["name"]]) for row in table(name)["rule"]}


def read_off(name: str) -> dict[str, Clauses]:
    """`needed`, read off the patterns."""
    reader = Reader(table(name).get("parts"))
    return {row["name"]: reader.needed(row["pattern"]) for row in table(name)["rule"]}


def written() -> str:
    """What `lexicon/clauses.txt` should hold: a mark of the lexicon, then a line of name and clauses for each rule."""
    lines = [_mark()]
    for name in names():
        for rule, clauses in read_off(name).items():
            lines.append("\t".join([rule, *(" ".join(sorted(clause)).translate(_SHOWN) for clause in clauses)]))
    return "\n".join(lines) + "\n"


@cache
def _stored() -> dict[str, str] | None:
    """The line of each rule in the file, if that is there and of this lexicon."""
    if not (files("dedup") / "lexicon" / STORED).is_file():
        return None
    mark, *lines = _text(STORED).splitlines()
    return {line.partition("\t")[0]: line for line in lines} if mark == _mark() else None


def _clauses(line: str) -> Clauses:
    return tuple(frozenset(clause.translate(_MEANT).split(" ")) for clause in line.split("\t")[1:])


def _mark() -> str:
    return hashlib.blake2b("".join(map(_text, names())).encode(), digest_size=16).hexdigest()


@cache
def _text(name: str) -> str:
    return (files("dedup") / "lexicon" / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    (Path(__file__).parent / "lexicon" / STORED).write_text(written(), encoding="utf-8")
