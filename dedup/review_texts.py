"""The documents of a run, one at a time: source texts and their pieces, the last few of them held."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dedup.clean import restored
from dedup.data import Format
from dedup.documents import DIFFERS, is_source
from dedup.errors import DamagedError
from dedup.result import pieces

if TYPE_CHECKING:
    from dedup.result import Piece, Result
    from dedup.review_removals import Removals

HELD = 8
"""Documents that are held: those beside which removals are looked at come again."""


class Document(NamedTuple):
    """A document of a run: its source text, and that in pieces, each kept or removed."""

    id: str
    text: str
    pieces: list[Piece]


class Texts:
    """The documents of a run by their numbers."""

    def __init__(self, result: Result, removals: Removals) -> None:
        self.result, self.removals = result, removals
        self.document = lru_cache(HELD)(self._read)  # a document by its number

    def _read(self, number: int) -> Document:
        source = self.removals.source(number)
        removed = self.removals.records(self.removals.of_document(number).tolist())
        clean = self.result.texts_of({source["id"]}).get(source["id"], "")
        text = restored(clean, [(record["start"], record["text"]) for record in removed])
        if not is_source(source, text):
            raise DamagedError(f"{self.result.folder}: {source['id']}: {DIFFERS}")
        return Document(source["id"], text, list(pieces(text, Format(source["format"]), removed)))
