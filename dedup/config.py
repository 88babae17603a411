"""The settings. What can change the output is a field of `Config`, and nothing else is.

A field is a flag (`--min-words`), a key of the `[dedup]` table of a TOML file (`min_words`) and an argument of
`Config(...)`, all of the same name. Workers, paths and verbosity are not settings.
"""

from __future__ import annotations

import codecs
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

from dedup.bands import Shape, band_shape
from dedup.data import CHROME_KINDS
from dedup.errors import SettingError
from dedup.formats import AUTO, INPUTS, OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKUPS = ("plain", "markdown")
UNITS = ("passage", "document")
EMITTED = ("clean", "attributes")
KEEP_POLICIES = ("earliest", "longest", "first", "site-order")
MATCHES = ("both", "index", "self")
MOST = 2**53 - 1
"""The largest whole number that every reader of the manifest can read."""


def _setting(default: Any, help: str, low: float | None = None, high: float | None = None, **more: Any) -> Any:  # noqa: A002
    return field(default=default, metadata={"help": help, "low": low, "high": high, **more})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting, with its default.

    >>> Config(min_words=20).min_words
    20
    >>> Config(threshold=1.5)
    Traceback (most recent call last):
        ...
    dedup.errors.SettingError: threshold = 1.5: must be from 0.5 to 1.0
    """

    format: str = _setting(
        AUTO, "What to write; auto: the inputs' own format if they all have one, else jsonl.", choices=OUTPUTS
    )
    shard_size: int = _setting(
        0, "Largest part of the clean documents, in MB before compression; 0: one file.", 0, measure="MB"
    )
    emit: str = _setting(
        "clean",
        "What to give: clean documents, or span attributes as dolma's mixer takes them, which delete nothing.",
        choices=EMITTED,
    )
    provenance: bool = _setting(
        False, "Give every clean document a field `dedup` with the spans that it lost, and why."
    )
    report: bool = _setting(True, "Write report.html: a page that shows people what went, and why.")
    input_format: str = _setting("", "Format of all inputs, whatever their extensions say.", choices=("", *INPUTS))
    text_field: str = _setting(
        "", "Field of a record that its text stands in; by default text, content or raw_content."
    )
    id_field: str = _setting("", "Field of its id; by default id, doc_id or warc_record_id.")
    url_field: str = _setting("", "Field of its URL; `a.b` is field b within a.")
    site_field: str = _setting("", "Field of its site.")
    title_field: str = _setting("", "Field of its title.")
    author_field: str = _setting("", "Field of its author.")
    date_field: str = _setting("", "Field of its date; by default date, created, timestamp, or those within metadata.")
    language_field: str = _setting("", "Field of its language.")
    site: str = _setting("", "Site of documents that have no URL and name none.")
    encoding: str = _setting("", "Encoding of all input files; by default declared, else detected.")
    markup: str = _setting("plain", "How the text of pages is written: plain, or as Markdown.", choices=MARKUPS)
    keep_chrome: bool = _setting(False, "Take out duplicates only.")
    keep_duplicates: bool = _setting(False, "Take out chrome only.")
    keep_kinds: tuple[str, ...] = _setting((), "Kinds of chrome to leave in the text.", choices=tuple(CHROME_KINDS))
    headline: bool = _setting(False, "Take a page's headline into the text where the extractor leaves it to the title.")
    headings: bool = _setting(True, "Keep the headings inside articles.")
    tables: bool = _setting(True, "Keep the tables inside articles.")
    captions: bool = _setting(False, "Keep the captions of pictures inside articles.")
    comments: bool = _setting(False, "Keep comment threads.")
    sites: str = _setting("", "File of `dedup site learn`: what is known of sites already.")
    decisions: str = _setting("", "File of what people decided: texts to keep, and texts that are chrome.")
    against: str = _setting(
        "", "Index, or documents, that these are compared with: what they have goes from these only."
    )
    match: str = _setting(
        "both", "With `against`: whether these are compared with it, with each other, or both.", choices=MATCHES
    )
    unit: str = _setting("passage", "What goes as a duplicate: passages, or whole documents only.", choices=UNITS)
    keep: str = _setting("earliest", "Which copy stays; ties go on to longest, then id.", choices=KEEP_POLICIES)
    site_order: tuple[str, ...] = _setting((), "Sites by preference, for keep = site-order.")
    within: bool = _setting(False, "Take out what a document repeats of itself, too.")
    across_sites_only: bool = _setting(False, "Take out only what a document of another site keeps.")
    min_articles: int = _setting(
        3, "Distinct articles of a site a block must stand in to be repeated.", 2, 1000, measure="articles"
    )
    min_words: int = _setting(
        15, "Shortest duplicate passage, in words; a CJK character counts half.", 5, 1000, measure="words"
    )
    threshold: float = _setting(
        0.8, "Least similarity of a duplicate passage to its keeper.", 0.5, 1.0, measure="share of words"
    )
    shingle: int = _setting(5, "Words in a shingle.", 2, 16, measure="words")
    num_perm: int = _setting(128, "Permutations of a MinHash signature.", 16, 1024, measure="permutations")
    # Of 128 permutations .997 makes 20 bands of 6 rows (P = .9977), .995 would make 18 (P = .9958).
    lsh_recall: float = _setting(
        0.997,
        "Wanted share of the pairs of blocks of lsh_similarity that become candidates.",
        0.5,
        0.9999,
        measure="share of pairs",
    )
    lsh_similarity: float = _setting(
        0.8, "Jaccard similarity of shingles at which lsh_recall is wanted.", 0.1, 1.0, measure="share of shingles"
    )
    max_bytes: int = _setting(20_000_000, "Largest document to read, in bytes.", 1_000, measure="bytes")
    max_seconds: float = _setting(
        10.0,
        "Longest that a worker may take over one document at a time, in seconds of its CPU; 0: any.",
        0,
        1e6,
        measure="seconds",
    )
    max_memory: int = _setting(
        400, "Most memory that a stage may take for a document, in MB; 0: any.", 0, 1_000_000, measure="MB"
    )

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            SettingError: a value is of the wrong type or out of its range, or no bands reach the recall.
        """
        for spec in fields(self):
            if isinstance(getattr(self, spec.name), list):  # from TOML
                object.__setattr__(self, spec.name, tuple(getattr(self, spec.name)))
        check_all(asdict(self))
        if (self.keep == "site-order") != bool(self.site_order):
            none = "site_order names no site" if not self.site_order else "site_order is for keep = 'site-order'"
            raise SettingError(f"keep = {self.keep!r}: {none}")
        if self.within and self.unit == "document":
            raise SettingError("within = True: is for unit = 'passage'")
        if self.emit == "attributes" and (self.format != AUTO or self.shard_size or self.provenance):
            raise SettingError("emit = 'attributes': format, shard_size and provenance are of clean documents")
        _ = self.shape

    @property
    def shape(self) -> Shape:
        """How blocks are sketched: the bands and rows follow from `lsh_recall` and `lsh_similarity`.

        >>> Config().shape
        Shape(shingle=5, bands=20, rows=6, num_perm=128)
        """
        return Shape(self.shingle, *band_shape(self.lsh_similarity, self.lsh_recall, self.num_perm), self.num_perm)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that settings name and a run reads beside its inputs."""
        return tuple(filter(None, (self.sites, self.decisions)))

    @property
    def verbatim(self) -> bool:
        """Whether nothing goes but duplicates, so that lines of JSONL that lose nothing are written as they came, and
        of the others only the text is another."""
        return self.keep_chrome

    @property
    def digest(self) -> str:
        """A hex digest of every setting: equal settings, equal digest."""
        return xxhash.xxh3_128_hexdigest(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS))

    @classmethod
    def load(cls, path: str | Path, changes: Mapping[str, Any] | None = None) -> Config:
        """Read the `[dedup]` table of a TOML file (in pyproject.toml `[tool.dedup]` also); `changes` win over it.

        Raises:
            SettingError: the file is not readable TOML, or a setting in it is unknown or out of range.
        """
        chosen = table_of(path)
        check_all(changes or {})  # so that what is wrong after this stands in the file, or is a matter of both
        return cls.of({**chosen, **(changes or {})}, place=f"{path}: ")

    @classmethod
    def of(cls, values: Mapping[str, Any], place: str = "") -> Config:
        """A config of the given values; the rest are defaults.

        Raises:
            SettingError: a name is unknown or a value is out of range.
        """
        try:
            check_all(values)
            return cls(**values)
        except SettingError as error:
            raise SettingError(f"{place}{error}") from None


def table_of(path: str | Path) -> dict[str, Any]:
    """The `[dedup]` table of a TOML file as it stands there, or the `[tool.dedup]` table.

    Raises:
        SettingError: the file is not readable TOML, or has none.
    """
    import tomllib

    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path}: cannot be read as TOML: {error}") from error
    tool = table.get("tool")
    chosen = table.get("dedup", tool.get("dedup") if isinstance(tool, dict) else None)
    if not isinstance(chosen, dict):
        raise SettingError(f"{path}: has no [dedup] table")
    return chosen


def codec(name: str) -> codecs.CodecInfo | None:
    """The codec of a text encoding of this name. Not those of Python's own that no file is written in.

    >>> [codec(name) is not None for name in ("utf-8", "Latin-1", "klingon", "rot13", "unicode_escape")]
    [True, True, False, False, False]
    """
    try:
        found = codecs.lookup(name)
        "".encode(name)  # LookupError for those that are no encodings of text
    except (LookupError, ValueError):  # ValueError: no name at all (NUL, lone surrogates), and the codec `undefined`
        return None
    return None if found.name in ("unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined") else found


def check_all(values: Mapping[str, Any]) -> None:
    """Refuse a setting that there is not, and values that cannot be, each for itself."""
    known = {spec.name: spec for spec in fields(Config)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SettingError(f"unknown setting {unknown[0]!r}; there are: {', '.join(known)}")
    for name, value in values.items():
        _check(name, value, known[name].default, known[name].metadata)
    encoding = values.get("encoding")
    if encoding and not codec(encoding):
        raise SettingError(f"encoding = {encoding!r}: is no encoding of text; known are utf-8, cp1252, shift_jis, ...")


def _check(name: str, value: Any, default: Any, spec: Mapping[str, Any]) -> None:
    """Refuse a value that is not of the default's type, not in its range, or not one of its choices."""
    number = isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool)
    several = isinstance(default, tuple) and isinstance(value, list)
    if type(value) is not type(default) and not (number or several):
        raise SettingError(f"{name} = {value!r}: must be of type {type(default).__name__}")
    if isinstance(value, str) and not value.isascii() and value != value.encode("utf-8", "replace").decode():
        raise SettingError(f"{name} = {value!r}: holds what is not UTF-8")
    if isinstance(value, int) and value > MOST:
        raise SettingError(f"{name} = {value}: must be at most {MOST}")
    low, high = spec["low"], spec["high"]
    if low is not None and not low <= value <= (high if high is not None else value):
        raise SettingError(f"{name} = {value}: must be " + (f"from {low} to {high}" if high else f"at least {low}"))
    choices = spec.get("choices")
    for each in value if isinstance(value, tuple | list) else (value,):
        if choices and each not in choices:
            raise SettingError(f"{name} = {each!r}: must be one of {', '.join(choices)}")
