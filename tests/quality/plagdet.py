"""Precision, recall, granularity and plagdet of detected passages.

As in Potthast, Stein, Barrón-Cedeño and Rosso, An Evaluation Framework for Plagiarism Detection (COLING 2010), in the
macro-averaged variant, the one of the PAN competitions: every case and every detection has the same weight, however
long. A case and a detection are a passage of a document and a passage of its source, and stand for the characters of
both. A detection detects a case where it overlaps it on both sides, in the same two documents; what it covers elsewhere
does not count for it. Here the document is the one that lost the passage, the source the one that kept it.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Span = tuple[int, int]
    """Start and end."""

_WORD = re.compile(r"\w")


class Passage(NamedTuple):
    """A case or a detection: `document[start:end]` is `source[source_start:source_end]`, in code points."""

    document: str
    start: int
    end: int
    source: str
    source_start: int
    source_end: int

    @property
    def size(self) -> int:
        """The characters that it stands for, of both sides."""
        return self.end - self.start + self.source_end - self.source_start


class Plagdet(NamedTuple):
    """The measures. Without cases and detections all are 1; without either of them, precision and recall are 0."""

    precision: float
    recall: float
    granularity: float
    """Detections of a detected case, 1 at best."""

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def plagdet(self) -> float:
        """F1 / log2(1 + granularity)."""
        return self.f1 / math.log2(1 + self.granularity)


def detects(detection: Passage, case: Passage) -> bool:
    """Whether both sides overlap, by a character at least."""
    return (
        (detection.document, detection.source) == (case.document, case.source)
        and _overlap((detection.start, detection.end), (case.start, case.end)) is not None
        and _overlap((detection.source_start, detection.source_end), (case.source_start, case.source_end)) is not None
    )


def measured(cases: Sequence[Passage], detections: Sequence[Passage]) -> Plagdet:
    """The measures of some detections, the `R` of the paper, against the cases, its `S`.

    >>> case = Passage("b", 0, 10, "a", 0, 10)
    >>> measured([case], [case._replace(end=5, source_end=5), case._replace(start=5, source_start=5)])
    Plagdet(precision=1.0, recall=1.0, granularity=2.0)
    """
    if not cases or not detections:
        same = float(not cases and not detections)
        return Plagdet(same, same, 1.0)
    beside: defaultdict[tuple[str, str], list[Passage]] = defaultdict(list)
    for detection in detections:
        beside[detection.document, detection.source].append(detection)
    found = {case: [each for each in beside[case.document, case.source] if detects(each, case)] for case in {*cases}}
    of: defaultdict[Passage, list[Passage]] = defaultdict(list)
    for case, detecting in found.items():
        for each in detecting:
            of[each].append(case)
    precision = sum(_share(each, of[each]) for each in detections) / len(detections)
    recall = sum(_share(case, found[case]) for case in cases) / len(cases)
    counts = [len(found[case]) for case in cases if found[case]]
    return Plagdet(precision, recall, sum(counts) / len(counts) if counts else 1.0)


def _share(passage: Passage, others: Iterable[Passage]) -> float:
    """The share of the characters of a passage, both sides, that lie in any of the others."""
    others = list(others)
    here = _covered((passage.start, passage.end), [(each.start, each.end) for each in others])
    there = _covered(
        (passage.source_start, passage.source_end), [(each.source_start, each.source_end) for each in others]
    )
    return (here + there) / passage.size


def _covered(span: Span, spans: Iterable[Span]) -> int:
    """The characters of a span that lie in any of the others."""
    total, last = 0, span[0]
    for start, end in sorted(spans):
        low, high = max(start, last), min(end, span[1])
        if high > low:
            total, last = total + high - low, high
    return total


def _overlap(a: Span, b: Span) -> Span | None:
    start, end = max(a[0], b[0]), min(a[1], b[1])
    return (start, end) if end > start else None


def detections(records: Iterable[Mapping[str, Any]], texts: Mapping[str, str]) -> list[Passage]:
    """What the records of a `removed.jsonl` with the reason `duplicate` say was found, without white space at its ends.

    Records of the same two documents that touch on both sides are one detection: nothing stands between them in the
    document but white space and marks of quotation, and no word in the source, where a passage ends with its last word.
    """
    found = sorted(trimmed(_passage(each), texts) for each in records if each["reason"] == "duplicate")
    result: list[Passage] = []
    for each in found:
        if result and _touch(result[-1], each, texts):
            result[-1] = result[-1]._replace(end=each.end, source_end=each.source_end)
        else:
            result.append(each)
    return result


def _passage(record: Mapping[str, Any]) -> Passage:
    keeper = record["keeper"]
    return Passage(record["id"], record["start"], record["end"], keeper["id"], keeper["start"], keeper["end"])


def _touch(first: Passage, second: Passage, texts: Mapping[str, str]) -> bool:
    if (first.document, first.source) != (second.document, second.source):
        return False
    here = _between(texts[first.document], first.end, second.start)
    there = _between(texts[first.source], first.source_end, second.source_start)
    return here is not None and there is not None and not here.strip("> \t\r\n") and not _WORD.search(there)


def _between(text: str, start: int, end: int) -> str | None:
    """What stands between two spans, None where they overlap or stand in the other order."""
    return text[start:end] if start <= end else None


def trimmed(passage: Passage, texts: Mapping[str, str]) -> Passage:
    """The passage without white space at the ends of either side."""
    here = _stripped(texts[passage.document], passage.start, passage.end)
    there = _stripped(texts[passage.source], passage.source_start, passage.source_end)
    return Passage(passage.document, *here, passage.source, *there)


def _stripped(text: str, start: int, end: int) -> Span:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())
