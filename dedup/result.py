"""A finished run: its documents, what was taken out of them and why, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.config import Config
from dedup.data import Failure, Format
from dedup.documents import Ahead, Restored, Wanted, body, documents, read, records
from dedup.errors import OutputError
from dedup.fields import Fields
from dedup.formats import TABLES, TREES, told
from dedup.intact import check, manifest_of
from dedup.trees import Places
from dedup.urls import is_url, plain, shown
from dedup.write import ATTRIBUTES, FAILURES, MANIFEST, REMOVED, SOURCES, TREE, is_finished

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dedup.remote import Remote


class Piece(NamedTuple):
    """A piece of a document as `explain` shows it: a block or part of one, and if it went, the record that says why.

    `text` is the source text from `start` to `end`, with the white space that went with it.
    """

    start: int
    end: int
    text: str
    removed: dict[str, Any] | None
    evidence: dict[str, Any] | None = None
    """Of a block of a page that stayed: what spoke for it."""


@dataclass(init=False)
class Result:
    """What a run left in its folder, which may be behind a URL. Everything is read from there as it is asked for.

    Raises (when it is made):
        OutputError: the folder does not hold a finished run, or cannot be reached.
    """

    folder: Path | Remote
    _temporary: object = field(default=None, repr=False)
    _intact: set[str] = field(default_factory=set, repr=False, compare=False)

    def __init__(self, folder: str | Path | Remote, _temporary: object = None) -> None:
        if is_url(folder):
            self.folder = _reached(str(folder))
        else:
            self.folder = Path(plain(folder)) if isinstance(folder, str | Path) else folder
        self._temporary = _temporary
        self._intact = set()
        if not is_finished(self.folder):
            raise OutputError(f"{self.folder}: holds no finished run of dedup (there is no {MANIFEST} of ours in it)")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The settings, versions, counts and digests of the run.

        Raises:
            DamagedError: it is not what was written.
        """
        return manifest_of(self.folder / MANIFEST)

    def intact(self, name: str) -> Path | Remote:
        """A file of the run, of which every byte was looked at; but what is behind a URL would be fetched twice: texts
        that come from there are looked at, and of files `dedup.verify`.

        Raises:
            DamagedError: it is not what was written.
        """
        path, said = self.folder / name, self.manifest["files"].get(name)
        if said and isinstance(path, Path) and name not in self._intact:
            check(path, said)
            self._intact.add(name)
        return path

    @property
    def summary(self) -> dict[str, Any]:
        """Counts of documents and characters, in and out, and of what was removed by reason and kind."""
        return dict(self.manifest["summary"])

    def documents(self) -> Iterator[dict[str, Any]]:
        """The clean documents, in order, with the fields that are written of them.

        Raises:
            OutputError: the run wrote none but attributes.
        """
        if self._is_tree:
            yield from self._of_tree(self.manifest["config"]["format"])
        else:
            for path in self._intact_files():
                yield from documents(path)

    def files(self) -> list[Path | Remote]:
        """The files that hold the clean documents, in order.

        Raises:
            OutputError: the run wrote none but attributes.
        """
        return [self.folder / name for name in self._names_of_files()]

    def _names_of_files(self) -> list[str]:
        if self.summary["output"] == ATTRIBUTES:
            raise OutputError(f"{self.folder}: holds attributes; what stays of the documents was not written")
        names = self.manifest["files"]  # sorted
        return [name for name in names if name.startswith((f"{TREE}/", "clean."))]

    def _intact_files(self) -> Iterator[Path | Remote]:
        return map(self.intact, self._names_of_files())

    @property
    def _is_tree(self) -> bool:
        return self.manifest["config"]["format"] in TREES

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The clean documents as a stream of Arrow (the PyCapsule interface), for `polars.DataFrame(result)`,
        `pyarrow.table(result)` and so on; a run over tables gives columns of the same types. It is read as it is asked
        for, from the folder of the run.

        Raises:
            OutputError: the run wrote none but attributes.
        """
        from dedup import streams

        known = None if self._is_tree else told(self.files()[0])
        is_table = known is not None and known.name in TABLES
        rows = streams.of_tables(lambda: list(self._intact_files())) if is_table else streams.of_records(self.documents)
        return rows.__arrow_c_stream__(requested_schema)

    def _of_tree(self, kind: str) -> Iterator[dict[str, Any]]:
        places = self._places
        for source in self.sources():
            path = self.intact(f"{TREE}/{places.of(source['id'])}")
            if path.is_file():
                yield {"id": source["id"], "text": body(path, kind)}

    @property
    def _places(self) -> Places:
        """Where the documents lie that are files."""
        places = Places(self.manifest["config"]["format"])
        places.see(source["id"] for source in self.sources())
        return places

    def texts(self) -> Iterator[tuple[str, str]]:
        """The ids and texts of the clean documents, in order, whatever their fields are called."""
        return _texts(self.documents(), self._names)

    @cached_property
    def _names(self) -> Fields:
        return Fields(Config.of(self.manifest["config"]))

    def removed(self) -> Iterator[dict[str, Any]]:
        """What was taken out, in order: one record a span."""
        return records(self.intact(REMOVED))

    def sources(self) -> Iterator[dict[str, Any]]:
        """Where every document came from: its place, format, encoding, the length and digest of its source text; and
        its site and date where they are known."""
        return records(self.intact(SOURCES))

    @property
    def failures(self) -> list[Failure]:
        """The inputs that could not be used."""
        return [Failure(record["id"], record["why"]) for record in records(self.intact(FAILURES))]

    def restore(self, *, damaged: bool = False) -> Iterator[dict[str, Any]]:
        """Every document with its source text: the records of `sources` with a `text`. If files may be `damaged`, they
        are not looked at: then a text may be another than the one that the record has the digest of.

        Raises (at once):
            DamagedError: a file is not what was written.
        """
        if damaged:
            self._intact.update(self.manifest["files"])
        for name in self.manifest["files"]:
            self.intact(name)
        return self._restored()

    def _restored(self) -> Iterator[dict[str, Any]]:
        from dedup.clean import restored  # here and below: a run that is done is asked for nothing of it, most often

        kept = ({"id": id_, "text": text} for id_, text in self.texts())
        documents, removed = Ahead(kept), Ahead(self.removed())
        for source in self.sources():
            clean = "".join(record["text"] for record in documents.of(source["id"]))
            spans = [(record["start"], record["text"]) for record in removed.of(source["id"])]
            yield {**source, "text": restored(clean, spans)}

    def read(self, ids: Iterable[str]) -> Iterator[Restored]:
        """The documents of some ids, in the order of the run, each with its source text and what went of it. Ids that
        no document has are passed over. Each file of the run is read once, and held are these documents only.

        Raises:
            OutputError: the run wrote none but attributes.
        """
        self.intact(SOURCES), self.intact(REMOVED)
        return read(self.folder, frozenset(ids), self.texts_of)

    def texts_of(self, ids: Collection[str]) -> dict[str, str]:
        """The clean texts of some ids, of those that have one.

        Raises:
            OutputError: the run wrote none but attributes.
        """
        if self._is_tree:
            kind = self.manifest["config"]["format"]
            places = self._places
            paths = ((id_, self.intact(f"{TREE}/{places.of(id_)}")) for id_ in ids)
            return {id_: body(path, kind) for id_, path in paths if path.is_file()}
        found: dict[str, str] = {}
        fields, files = self._names, self.files()
        known = told(files[0]) if files else None
        if known and known.name in TABLES:  # whose reader need not tell what was changed
            files = list(self._intact_files())
        # All are looked at where one is missing: a line may name two ids, of which the last counts.
        for wanted in (Wanted(ids, fields), None) if ids else ():
            each = chain.from_iterable(documents(path, wanted) for path in files)
            for id_, text in _texts(each, fields):
                if id_ in ids:
                    found[id_] = text
                    if len(found) == len(ids):
                        return found
        return found

    def explain(self, id_: str) -> list[Piece]:
        """The pieces of a document in order, each kept or removed.

        Raises:
            OutputError: no document has this id.
        """
        found = next(self.read([id_]), None)
        if found is None:
            near = [each["id"] for each in self.sources() if id_ in each["id"]][:3]
            hint = f"; there is {', '.join(near)}" if near else ""
            raise OutputError(f"{self.folder}: has no document {id_!r}{hint}")
        known = dict(found.source.get("article", ()))
        told = pieces(found.text, Format(found.source["format"]), found.removed)
        return [piece if piece.removed else piece._replace(evidence=known.get(piece.start)) for piece in told]


def _reached(url: str) -> Remote:
    """A folder behind a URL, which is asked for once: `is_finished` says of no error more than that there is no run."""
    from dedup.remote import Remote

    try:
        folder = Remote.at(url)
        folder.top()
    except OSError as error:
        raise OutputError(f"{shown(url)}: cannot be read: {error}") from error
    return folder


def pieces(text: str, kind: Format, removed: list[dict[str, Any]]) -> Iterator[Piece]:
    """The pieces of a source text of a format, in order, given the records of what went from it."""
    position = 0
    for record in [*removed, None]:
        stop = record["start"] if record else len(text)
        for start, end in _blocks(text[position:stop], kind):
            yield Piece(position + start, position + end, text[position + start : position + end], None)
        if record:
            yield Piece(record["start"], record["end"], record["text"], record)
            position = record["end"]


def _blocks(text: str, kind: Format) -> list[tuple[int, int]]:
    if kind is not Format.HTML:
        from dedup.markup import blocks as markup_blocks

        return [(block.start, block.end) for block in markup_blocks(text)]
    from dedup.html_walk import SEPARATOR

    spans, start = [], 0
    for part in text.split(SEPARATOR):
        if part.strip():
            spans.append((start, start + len(part)))
        start += len(part) + len(SEPARATOR)
    return spans


def _texts(found: Iterable[dict[str, Any]], fields: Fields) -> Iterator[tuple[str, str]]:
    for record in found:
        body, id_ = fields.body(record), fields.stated(record, "id")
        text = record.get("text") if body is None else body.value
        if not isinstance(text, str):
            raise OutputError(f"document {str(id_)!r} of the run has no text: its files were changed or are damaged")
        yield str(record.get("id") if id_ is None else id_), text
