"""An index of documents: what new ones are compared with, day after day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import indexing
from dedup.against import bring
from dedup.config import Config
from dedup.corpus import merge_words
from dedup.errors import InputError
from dedup.indexed import Indexed
from dedup.near import matches_of, taken
from dedup.reuse import Chunk, as_aligned, verify
from dedup.run import serial
from dedup.segments import Folder, stamp, writing
from dedup.stored import Texts
from dedup.temporary import temporary
from dedup.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.data import Failure, Match
    from dedup.opening import Inputs
    from dedup.passages import Passage
    from dedup.run import Runner

PASSAGE = 70
"""Words of a passage, as bytes a passage are told."""


class IndexMatch(NamedTuple):
    """A passage of a text that a document of an index has: the document's id; the spans of code points of the passage,
    `start` and `end` in the text, `keeper_start` and `keeper_end` in the text of the document; and how alike these are,
    as of `Match`."""

    id: str
    start: int
    end: int
    keeper_start: int
    keeper_end: int
    similarity: float
    containment: float
    jaccard: float


class Index:
    """An index in a folder.

    Every method sees it as it is when it is called. One writes at a time; a second one is refused at once.

    Raises (when it is made):
        SettingError: the folder holds no index, or one that was made in another way: which field differs is said.
        InputError: a file of it is missing or of another size.

    >>> from tempfile import mkdtemp
    >>> text = "The ferry left the quay at dawn, with forty sacks of barley, two goats and a brass band on board."
    >>> index = Index.build(Path(mkdtemp()) / "index", [{"id": "monday", "text": text}])
    >>> [(match.id, match.similarity) for match in index.query("Nobody knew why. " + text.upper())]
    [('monday', 1.0)]
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._opened()

    def _opened(self) -> Indexed:
        return Indexed.at(self.folder)

    @classmethod
    def build(
        cls,
        folder: str | Path,
        documents: Inputs,
        *,
        config: Config | None = None,
        runner: Runner = serial,
        texts: bool = True,
    ) -> Index:
        """Make an index of documents (as `clean` takes them), less the chrome of their sites.

        Without `texts` it has the places of those that can be read again in files that are not compressed, and needs
        these files as they were.

        Raises:
            OutputError: the folder holds something, or cannot be made.
            InputError: no input could be used.
        """
        indexing.build(Path(folder), documents, config or Config(), runner=runner, texts=texts)
        return cls(folder)

    def add(
        self, documents: Inputs, *, config: Config | None = None, runner: Runner = serial, replace: bool = False
    ) -> list[Failure]:
        """Add documents as they are, less the chrome of their sites; what could not be used.

        A document whose id the index has is a failure; with `replace` it comes in the place of that one.

        Raises:
            OutputError: another process writes the index.
            InputError: no input could be used.
        """
        with writing(self.folder) as folder:
            return indexing.add(folder, documents, config or Config(), runner=runner, replacing=replace).failures

    def query(self, text: str, **settings: Any) -> list[IndexMatch]:
        """The passages of a text that documents of the index have, by start and document.

        `settings` are those of `Config`: `threshold`, `min_words`, `shingle`. Every match is verified word by word.
        What went of a document when it was cleaned is told of the document that keeps it.

        Raises:
            SettingError: a setting is unknown or cannot be.
            InputError: a file of the index is damaged, or one that it refers to has changed.
        """
        config = Config.of(settings)
        with temporary() as folder:
            work = Work(folder, config, self.folder)
            names = taken(work.store, iter([text]), config)
            brought = bring(work, names, serial)
            if not len(brought):
                return []
            every = [*brought.shards, *names]
            merge_words(work, every)
            texts, last = Texts(work, every), len(brought)
            pairs = np.stack([np.arange(last), np.full(last, last)], axis=1)
            aligned = [
                each._replace(passages=[passage for passage in each.passages if not _went(passage, moved)])
                for each in as_aligned(verify(Chunk(texts, pairs)))
                for moved in [brought.placed.moved.get(int(brought.numbers[each.keeper]))]
            ]
            matches = sorted(matches_of(texts.corpus, aligned, config.shingle))
            return [_named(brought.placed.ids[each.keeper], each) for each in matches]

    def remove(self, ids: Iterable[str]) -> int:
        """Take documents out, by their ids; how many. Their columns go when the index is compacted.

        Raises:
            InputError: it has no document of one of these ids; nothing is taken out.
            OutputError: another process writes the index.
        """
        wanted = [ids] if isinstance(ids, str) else list(ids)
        with writing(self.folder) as folder:
            known = Indexed(folder).known(wanted)
            if missing := sorted(set(wanted) - set(known)):
                raise InputError(f"{self.folder}: has no document {missing[0]!r}")
            indexing.remove(folder, np.array(sorted(known.values()), np.int64))
        return len(known)

    def compact(self) -> None:
        """Write its segments as few, without what was removed. It gives the same answers before and after.

        Raises:
            InputError: a file of the index is damaged, or one that it refers to has changed.
            OutputError: another process writes the index.
        """
        with writing(self.folder) as folder:
            indexing.compact(folder)

    def check(self) -> None:
        """Read all files.

        Raises:
            InputError: one is not what was written.
        """
        folder = Folder.open(self.folder)
        for each in folder.files():
            folder.columns(each).check()

    def __contains__(self, id_: str) -> bool:
        return bool(self._opened().known([id_]))

    def __len__(self) -> int:
        return len(self._opened())

    def info(self) -> dict[str, Any]:
        """What it holds: numbers of documents, removed ones, segments, sites and words; bytes of what is looked up
        (`codes`), of ids, blocks and the like (`records`), of `texts`, and of the first two a passage of 70 words;
        and its stamp."""
        index = self._opened()
        words = sum(each.words for each in index.folder.segments)
        sizes = {"codes": 0, "records": 0, "texts": 0}
        for each in index.segments:
            for name in each.columns:
                kind = "texts" if name.startswith("texts") else "codes" if name in ("codes", "counts") else "records"
                sizes[kind] += each.columns.unseen(name).nbytes
        return {
            "documents": len(index),
            "removed": len(index.removed),
            "segments": len(index.segments),
            "sites": len(index.sites.sites) if index.sites else 0,
            "words": words,
            "has_texts": index.folder.texts,
            "bytes": sizes,
            "bytes_a_passage": round((sizes["codes"] + sizes["records"]) * PASSAGE / max(1, words), 1),
            "stamp": stamp(),
        }


def _went(passage: Passage, moved: NDArray[np.int32] | None) -> bool:
    """Whether half of what a document has of a passage, or more, is gone from it."""
    if moved is None:
        return False
    spans = [(other, other + length) for _, other, length in passage.runs]
    gone = sum(max(0, min(end, last) - max(start, first)) for start, end, *_ in moved.tolist() for first, last in spans)
    return bool(2 * gone >= passage.agreed)


def _named(id_: str, match: Match) -> IndexMatch:
    places = (match.start, match.end, match.keeper_start, match.keeper_end)
    return IndexMatch(id_, *places, match.similarity, match.containment, match.jaccard)
