"""Where documents lie that are files, all of a run seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xxhash

from dedup.write import tree_path, twin_path

if TYPE_CHECKING:
    from collections.abc import Iterable


class Places:
    """The places of the documents of a run in its tree.

    Where one differs from an earlier one in nothing but case, its name ends in a digest: macOS and Windows take both
    for one file. Of each document is held the hash of its place.

    >>> places = Places("text")
    >>> places.see(["News", "news"])
    >>> places.of("News"), places.of("news")
    ('News.txt', 'news%~451966dc3e36ee1d080f7fc56a460600.txt')
    """

    def __init__(self, kind: str) -> None:
        self._kind, self._known, self._twins = kind, set[int](), dict[str, str]()

    def see(self, ids: Iterable[str]) -> None:
        """The next documents of the run, those that are whole duplicates, too."""
        for id_ in ids:
            folded = xxhash.xxh3_64_intdigest(tree_path(id_, self._kind).lower().encode())
            if folded in self._known:
                self._twins[id_] = twin_path(id_, self._kind)
            self._known.add(folded)

    def of(self, id_: str) -> str:
        """The place of a document that was seen."""
        return self._twins.get(id_) or tree_path(id_, self._kind)
