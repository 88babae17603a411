"""The removals of a run as columns, so that pages of them are found among millions: one pass over removed.jsonl, and no
text stays in memory. A page is read where it lies in the file.

**Riskiest first** (`TIERS`): duplicates that are barely alike enough, and chrome that stands in one place only, for
which one rule speaks alone, or weights that are not sure, or against the extractor; then duplicates that are not exact,
and chrome that stands in a few places; then all the rest. Within each duplicates first, then what is longest, as most
is lost there; then as they stand in the file.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import xxhash

from dedup.data import Reason
from dedup.errors import OutputError
from dedup.review_prints import Prints, Sorted, utf8
from dedup.write import MANIFEST, REMOVED, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.result import Result

TIERS = ("look first", "some doubt", "little doubt")
BORDERLINE = 0.06
"""Above the least similarity that the settings ask for: of duplicates from .8 to .86 most mistakes are found."""
OFTEN = 5
"""Articles that have a block in common, or places that a text went from, from which on it is repeated often."""
SURE = -1.5
"""Odds of a block to be of the article (log) below which the weights are sure that it is not."""
SEARCHED = 300_000
"""Removals of which the texts are searched, the first ones: some three seconds."""


class Wanted(NamedTuple):
    """Which removals are wanted; what is empty or None is no matter. `low` and `high` bound the similarity, both
    included; `query` stands in the text, whatever the case, or in the document's id."""

    reason: str = ""
    kind: str = ""
    site: str | None = None
    low: float | None = None
    high: float | None = None
    pattern: int | None = None
    document: int | None = None
    query: str = ""


# What is known of each removal without its text. `offset`: the byte where its line begins; `size`: code points of its
# text; `document`: the number of its document among the sources; `kind` and `site`: numbers of names; `similarity`: not
# a number for chrome; `tier`: of `TIERS`.
ROW = np.dtype(
    [
        ("offset", np.int64), ("size", np.int32), ("document", np.int32), ("kind", np.int32), ("site", np.int32),
        ("duplicate", np.bool_), ("similarity", np.float32), ("tier", np.uint8),
    ]
)  # fmt: skip


class Names:
    """Names by number, in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.names: list[str] = []

    def number(self, name: str) -> int:
        """The number of a name."""
        found = self.numbers.setdefault(name, len(self.names))
        if found == len(self.names):
            self.names.append(name)
        return found

    def find(self, name: str) -> int:
        """The number of a name, -1 if there is none."""
        return self.numbers.get(name, -1)


class Removals:
    """The removals of a run and their documents.

    Raises:
        OutputError: the record does not fit the sources.
    """

    def __init__(self, result: Result) -> None:
        self.result = result
        self.stamp = _stamp(result)
        self.kinds, self.sites = Names(), Names()
        sources = _Sources(result, self.sites)
        prints = Prints()
        self.rows = np.fromiter(self._rows(sources, prints), ROW)
        sources.finish()
        self.exact, self.template = prints.finish()
        self.pattern = np.where(self.rows["duplicate"] | (self.template == 0), self.exact, self.template)
        self.documents = np.array(sources.offsets, np.int64)
        self.digests = Sorted(np.array(sources.digests, np.uint64))
        self.by_exact, self.by_template = Sorted(self.exact), Sorted(self.template)
        self.by_pattern = Sorted(self.pattern)
        self._repeated()
        self.risk = np.lexsort((-self.rows["size"], ~self.rows["duplicate"], self.rows["tier"]))
        self.search = lru_cache(4)(self._search)  # pages of a list ask for the same

    def _repeated(self) -> None:
        """Chrome that stands in several places is less of a risk, whatever took it."""
        low, high = (np.searchsorted(self.by_pattern.values, self.pattern, side) for side in ("left", "right"))
        most = np.where(high - low >= OFTEN, 2, (high - low > 1).astype(np.uint8))
        self.rows["tier"] = np.where(self.rows["duplicate"], self.rows["tier"], np.maximum(self.rows["tier"], most))

    def _rows(self, sources: _Sources, prints: Prints) -> Iterator[tuple[Any, ...]]:
        threshold = float(self.result.manifest["config"]["threshold"])
        for offset, record in _lines(self.result, REMOVED):
            document, alike = sources.find(record["id"]), record.get("similarity")
            prints.add(record["text"])
            where = (offset, len(record["text"]), document, self.kinds.number(record["kind"]), sources.site)
            how = (record["reason"] == Reason.DUPLICATE, np.nan if alike is None else alike, tier(record, threshold))
            yield (*where, *how)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_changed(self) -> bool:
        """Whether another run was made in the folder since."""
        return _stamp(self.result) != self.stamp

    def find(self, wanted: Wanted) -> NDArray[np.bool_]:
        """Which removals are wanted (bool [n])."""
        is_in, rows = np.ones(len(self), bool), self.rows
        if wanted.reason:
            is_in &= rows["duplicate"] == (wanted.reason == Reason.DUPLICATE)
        for names, name, column in (
            (self.kinds, wanted.kind or None, rows["kind"]),
            (self.sites, wanted.site, rows["site"]),
        ):
            if name is not None:
                is_in &= column == names.find(name)
        if wanted.low is not None:
            is_in &= rows["similarity"] >= np.float32(wanted.low)
        if wanted.high is not None:
            is_in &= rows["similarity"] <= np.float32(wanted.high)
        if wanted.pattern is not None:
            is_in &= self.pattern == np.uint64(wanted.pattern)
        if wanted.document is not None:
            is_in &= rows["document"] == wanted.document
        return is_in & self.search(wanted.query.casefold()) if wanted.query else is_in

    def _search(self, query: str) -> NDArray[np.bool_]:
        """Which removals hold some words."""
        is_in = np.zeros(len(self), bool)
        for number, (_, record) in zip(range(min(len(self), SEARCHED)), _lines(self.result, REMOVED), strict=False):
            is_in[number] = query in record["text"].casefold() or query in record["id"].casefold()
        return is_in

    def records(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """The records of some removals, read where they lie."""
        with (self.result.folder / REMOVED).open("rb") as handle:
            return [_at(handle, int(self.rows["offset"][number])) for number in numbers]

    def source(self, document: int) -> dict[str, Any]:
        """What is known of a document, by its number."""
        with (self.result.folder / SOURCES).open("rb") as handle:
            return _at(handle, int(self.documents[document]))

    def of_document(self, document: int) -> NDArray[np.int64]:
        """The numbers of the removals of a document, ascending."""
        low, high = np.searchsorted(self.rows["document"], [document, document + 1])
        return np.arange(low, high)

    def document(self, id_: str) -> int | None:
        """The number of the document of an id."""
        found = self.digests.find(xxhash.xxh3_64_intdigest(utf8(id_))).tolist()
        return next((each for each in found if self.source(each)["id"] == id_), None)


class _Sources:
    """The sources as removals come, which are in their order: where each lies, and the digest of its id."""

    def __init__(self, result: Result, sites: Names) -> None:
        self.lines = _lines(result, SOURCES)
        self.folder, self.sites = result.folder, sites
        self.offsets: list[int] = []
        self.digests: list[int] = []
        self.id: str | None = None
        self.site = -1

    def find(self, id_: str) -> int:
        """The number of the document of an id, no earlier one than before; `site` is then the number of its site."""
        while self.id != id_:
            if not self._next():
                raise OutputError(f"{self.folder / REMOVED}: {id_!r} is not in {SOURCES}, or not in its order")
        return len(self.offsets) - 1

    def finish(self) -> None:
        """Read what is left."""
        while self._next():
            pass

    def _next(self) -> bool:
        found = next(self.lines, None)
        if found is None:
            return False
        offset, record = found
        self.id = record["id"]
        self.site = self.sites.number(record.get("site") or "")
        self.offsets.append(offset)
        self.digests.append(xxhash.xxh3_64_intdigest(utf8(record["id"])))
        return True


def tier(record: dict[str, Any], threshold: float) -> int:
    """How risky a removal is: 0 the most, see above.

    >>> tier({"reason": "chrome", "evidence": {"rule": "any-copyright-sign"}}, 0.8)
    0
    >>> tier({"reason": "duplicate", "similarity": 1.0, "evidence": {}}, 0.8)
    2
    """
    if record["reason"] == Reason.DUPLICATE:
        alike = float(record["similarity"] or 0)
        return 0 if alike < threshold + BORDERLINE else 1 if alike < 1 else 2
    evidence = record["evidence"]
    articles = evidence.get("articles", 0)
    if articles >= OFTEN or evidence.get("rule") == "left-of-a-copy" or "decision" in evidence:
        return 2
    if articles > 1:
        return 1
    return int(not evidence.get("trafilatura") and evidence.get("odds", 0) < SURE)


def _lines(result: Result, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records of a file, each with the byte where it begins."""
    offset = 0
    with result.intact(name).open("rb") as handle:
        for line in handle:
            try:
                yield offset, orjson.loads(line)
            except ValueError as error:
                raise OutputError(f"{result.folder / name}: byte {offset:,}: is no JSON: {error}") from error
            offset += len(line)


def _at(handle: Any, offset: int) -> dict[str, Any]:
    handle.seek(offset)
    return dict(orjson.loads(handle.readline()))


def _stamp(result: Result) -> str:
    """The digest of the manifest, which has those of all files: another after another run."""
    try:
        return xxhash.xxh3_128_hexdigest((result.folder / MANIFEST).read_bytes())
    except OSError:
        return ""
