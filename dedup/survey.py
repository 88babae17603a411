"""A look at a corpus before it is cleaned: what there is, and about what a run would take out, from some of it.

A run is tried on a sample, so that its figures are those of `clean` and nothing else. Of chrome a sample shows about
what all of it would; of duplicates it shows less, since a copy is only seen beside its original: what is told of these
is the least. How wide an estimate may be wrong is told by the jackknife: the figure without each tenth of the documents
in turn (B. Efron, C. Stein, The Jackknife Estimate of Variance, Annals of Statistics 9, 1981).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from math import ceil, sqrt
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import xxhash

from dedup.config import Config
from dedup.data import Failure, Reason, Source
from dedup.errors import UnreadableError
from dedup.formats import compression
from dedup.limits import Limits
from dedup.opening import Inputs, nothing_to_read, open_inputs
from dedup.pipeline import clean
from dedup.run import Runner, serial
from dedup.sampled import NEIGHBOURS, Sample, files_of, sample
from dedup.speech import language_of
from dedup.temporary import temporary
from dedup.text import word_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from dedup.result import Result
    from dedup.sampled import File

MOST = 1_000
"""Documents that are looked at: some ten seconds of pages, a few of texts."""
GROUPS = 10
"""Parts of the sample that are left out in turn."""
WIDE = 2.0
"""Standard errors to either side of an estimate: about 95 of 100 such intervals hold what they are of."""
ALL = Limits(warn_removed=1.0, stop_removed=1.0)
"""That all may go: it is what is asked for."""
TOLD = 8
"""Words of a paragraph from which on it is told whether it is repeated: shorter ones are alike by chance."""
_LINE = re.compile(r"\b(?:all|half)\.jsonl:(\d+)")
"""A line of the file that a sample of lines is written to."""
READ = 20_000
"""Characters of a document by which its language is told."""


class Share(NamedTuple):
    """A share of the characters, from 0 to 1, and between what it may well lie."""

    share: float
    low: float
    high: float


NOTHING = Share(0.0, 0.0, 0.0)


@dataclass(slots=True)
class Survey:
    """What a look at a corpus found. All but `files`, `ignored` and `documents` is of the `sampled` documents, which
    are all of them where `is_all`."""

    files: dict[str, tuple[int, int]]
    """By format (`jsonl.gz`): how many files, and their bytes."""
    ignored: int
    documents: int
    sampled: int
    is_all: bool
    failures: list[Failure]
    characters: int = 0
    lengths: tuple[int, int, int] = (0, 0, 0)
    """Of the documents' texts in characters: the lowest tenth, the median, the highest tenth."""
    formats: dict[str, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    """Documents by site, the most first; those that name none under an empty name."""
    languages: dict[str, int] = field(default_factory=dict)
    dates: tuple[str, str, int] = ("", "", 0)
    """The first and the last, and how many documents have one."""
    repeated: float = 0.0
    """The share of the characters in paragraphs that stand in two or more documents."""
    chrome: Share = NOTHING
    kinds: dict[str, float] = field(default_factory=dict)
    """Of each kind of chrome, the most first."""
    duplicates: Share = NOTHING
    duplicates_in_half: float = 0.0
    """The same of half the sample: where it is less, all documents have more than the sample shows."""
    seconds: float = 0.0
    """About how long a run over all documents takes, with the runner that was given."""

    def as_record(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        known: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        known["files"] = {name: {"files": count, "bytes": size} for name, (count, size) in self.files.items()}
        known["failures"] = [{"id": each.id, "why": each.why} for each in self.failures]
        known["lengths"] = dict(zip(("tenth", "median", "ninetieth"), self.lengths, strict=True))
        known["dates"] = dict(zip(("first", "last", "dated"), self.dates, strict=True))
        return known | {name: known[name]._asdict() for name in ("chrome", "duplicates")}


def survey(inputs: Inputs, *, config: Config | None = None, runner: Runner = serial, most: int = MOST) -> Survey:
    """Look at a corpus: at all of its files from outside, and at `most` of its documents, spread evenly.

    Raises:
        InputError: there is nothing to read.
        UnreadableError: no document of the sample could be used.
    """
    config = config or Config()
    opened = open_inputs(inputs, config, None)
    files = files_of(opened, config)
    chosen = sample(opened, files, most, config)
    failures = [each for each in chosen.sources if isinstance(each, Failure)]
    sources = [each for each in chosen.sources if isinstance(each, Source)]
    if not sources:
        raise nothing_to_read(failures)
    found = Survey(_by_format(files), len(opened.ignored), chosen.documents, 0, chosen.is_all, failures)
    with temporary() as folder:
        seconds, result = _tried(sources, folder / "all", config, runner)
        _take(found, result)
        found.failures += [Failure(_named(each.id, sources), _named(each.why, sources)) for each in result.failures]
        found.seconds, found.duplicates_in_half = seconds, found.duplicates.share
        if not chosen.is_all and len(sources) >= 2 * NEIGHBOURS:
            half = [each for at, each in enumerate(sources) if at // NEIGHBOURS % 2 == 0]
            less, of_half = _tried(half, folder / "half", config, runner)
            found.duplicates_in_half = _of_reason(of_half, Reason.DUPLICATE)
            found.seconds = _for_all(chosen, (len(sources), seconds), (len(half), less))
    return found


def _by_format(files: Iterable[File]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for file in files:
        name = file.kind + compression(file.path)
        count, size = counts.get(name, (0, 0))
        counts[name] = (count + 1, size + file.size)
    return dict(sorted(counts.items(), key=lambda each: (-each[1][1], each[0])))


def _tried(sources: Sequence[Source], out: Path, config: Config, runner: Runner) -> tuple[float, Result]:
    """A run over some sources, and how many seconds it took."""
    begin = monotonic()
    inputs = _inputs(sources, out.with_suffix(".jsonl"))
    try:
        result = clean(inputs, out, config=_plain(config), runner=runner, limits=ALL)
    except UnreadableError as error:
        raise UnreadableError(_named(str(error), sources)) from error
    return monotonic() - begin, result


def _named(said: str, sources: Sequence[Source]) -> str:
    """What a run says of some sources, by their own names where they were the lines of a file."""
    return _LINE.sub(lambda line: sources[int(line[1]) - 1].place, said)


def _plain(config: Config) -> Config:
    """The settings, but for what they say of files: the sample is given as such, and written as lines."""
    return replace(config, format="jsonl", shard_size=0, input_format="", emit="clean")


def _inputs(sources: Sequence[Source], path: Path) -> Inputs:
    """The sources as a run takes them: where all are lines, as a file of lines, which has a way of its own."""
    lines = [each.content for each in sources if each.format is None and isinstance(each.content, bytes)]
    if len(lines) == len(sources):
        path.write_bytes(b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines))
        return path
    return (Source(each.place, each.id, each.format, each.content, said=each.said) for each in sources)


def _for_all(chosen: Sample, whole: tuple[int, float], half: tuple[int, float]) -> float:
    """The seconds of a run over all documents, given those over some, as (documents, seconds): what a run takes before
    it begins is counted once."""
    most = whole[1] / max(1, whole[0])
    each = max(0.0, whole[1] - half[1]) / max(1, whole[0] - half[0])
    # Where the machine was busy with something else meanwhile, the difference tells too much or too little.
    return whole[1] + min(most, max(each, most / 4)) * (chosen.documents - whole[0])


# ── what the sample shows ───────────────────────────────────────────────────────────────────────────────────────────


def _take(found: Survey, result: Result) -> None:
    """What a run over the sample says."""
    sources = list(result.sources())
    found.sampled = len(sources)
    found.characters = sum(each["characters"] for each in sources)
    found.lengths = _lengths(sorted(each["characters"] for each in sources))
    found.formats = _counted(each["format"] for each in sources)
    found.sites = _counted(each.get("site") or "" for each in sources)
    dates = sorted(each["date"] for each in sources if each.get("date"))
    found.dates = (dates[0], dates[-1], len(dates)) if dates else ("", "", 0)
    texts = [each["text"] for each in result.restore()]
    found.languages = _counted(language_of(text[:READ]) for text in texts)
    found.repeated = _repeated(texts)
    sizes = {each["id"]: each["characters"] for each in sources}
    gone = {reason: Counter[str]() for reason in Reason}
    for record in result.removed():
        gone[Reason(record["reason"])][record["id"]] += record["end"] - record["start"]
    found.chrome, found.duplicates = (_share(gone[reason], sizes) for reason in (Reason.CHROME, Reason.DUPLICATE))
    kinds = result.summary["removed"]["chrome"].items()
    shares = {kind: each["characters"] / max(1, found.characters) for kind, each in kinds}
    found.kinds = dict(sorted(shares.items(), key=lambda each: (-each[1], each[0])))


def _of_reason(result: Result, reason: Reason) -> float:
    summary = result.summary
    gone = sum(each["characters"] for each in summary["removed"][reason].values())
    return float(gone / max(1, summary["characters"]["in"]))


def _lengths(sizes: Sequence[int]) -> tuple[int, int, int]:
    low, middle, high = (sizes[max(0, ceil(share * len(sizes)) - 1)] for share in (0.1, 0.5, 0.9))
    return low, middle, high


def _counted(values: Iterable[str]) -> dict[str, int]:
    """How often there is each, the most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda each: (-each[1], each[0])))


def _repeated(texts: Iterable[str]) -> float:
    """The share of the characters in paragraphs (lines) that stand in two or more texts, word by word."""
    counts = Counter[int]()
    sizes = Counter[int]()
    total = 0
    for text in texts:
        total += len(text)
        own = Counter[int]()
        for key, size in _paragraphs(text):
            own[key] += size
        counts.update(own.keys())
        sizes.update(own)
    return sum(sizes[key] for key, count in counts.items() if count > 1) / max(1, total)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The prints and the lengths of the paragraphs of a text that are long enough to tell."""
    for paragraph in text.splitlines():
        words = word_list(paragraph)
        if len(words) >= TOLD:
            yield xxhash.xxh3_64_intdigest(" ".join(words).encode("utf-8", "surrogatepass")), len(paragraph)


def _share(gone: Counter[str], sizes: dict[str, int]) -> Share:
    """The share that goes of the characters of documents, and how wide it may be wrong by the jackknife."""
    total, lost = max(1, sum(sizes.values())), sum(gone.values())
    share = lost / total
    groups: list[tuple[int, int]] = [(0, 0)] * GROUPS
    for id_, size in sizes.items():
        group = xxhash.xxh3_64_intdigest(id_.encode()) % GROUPS
        groups[group] = groups[group][0] + gone[id_], groups[group][1] + size
    without = [(lost - less) / max(1, total - size) for less, size in groups if size]
    mean = sum(without) / max(1, len(without))
    error = sqrt((len(without) - 1) / max(1, len(without)) * sum((each - mean) ** 2 for each in without))
    return Share(round(share, 4), round(max(0.0, share - WIDE * error), 4), round(min(1.0, share + WIDE * error), 4))
