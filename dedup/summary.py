"""What the manifest of a run says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.bands import candidate_probability
from dedup.limits import WARN, over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.bands import Shape
    from dedup.counts import Run
    from dedup.data import Failure
    from dedup.limits import Group
    from dedup.outputs import Output


def summary(
    run: Run, groups: list[Group], ignored: int, output: Output, digests: Mapping[str, str]
) -> tuple[list[Failure], dict[str, Any]]:
    """The failures of a run of which all is written, and what its manifest says of it: counts, groups that lost much,
    how many files were ignored, the digests of files that settings name."""
    return run.failures, _counts(run) | {
        **({"most_removed": [each.record() for each in most]} if (most := over(groups, WARN)) else {}),
        "ignored_files": ignored,
        **{f"{name}_digest": digest for name, digest in digests.items()},
        **({"decisions": run.decisions} if run.decisions else {}),
        "output": output.name,
        "lsh": _lsh(output.config.shape),
        "pairs": run.pairs,
    }


def _counts(run: Run) -> dict[str, Any]:
    cut = run.cut
    removed: dict[str, dict[str, dict[str, int]]] = {"chrome": {}, "duplicate": {}}
    encodings: dict[str, int] = {}
    for each in cut:
        for (reason, kind), (spans, characters) in each.removed.items():
            count = removed[reason].setdefault(kind, {"spans": 0, "characters": 0})
            count["spans"] += spans
            count["characters"] += characters
        for name, count_ in each.encodings.items():
            encodings[name] = encodings.get(name, 0) + count_
    removed = {reason: dict(sorted(kinds.items())) for reason, kinds in removed.items()}
    return {
        "documents": {
            "in": sum(e.documents for e in cut),
            "out": sum(e.cleaned for e in cut),
            "failed": len(run.failures),
        },
        "characters": {"in": sum(e.characters for e in cut), "out": sum(e.left for e in cut)},
        "removed": removed,
        "encodings": dict(sorted(encodings.items())),
    }


def _lsh(shape: Shape) -> dict[str, Any]:
    """The bands, and the share of pairs of blocks that they find, by the Jaccard similarity of their shingles."""
    found = {f"{s:.1f}": candidate_probability(s, shape.bands, shape.rows) for s in (0.5, 0.6, 0.7, 0.8, 0.9)}
    return {
        "bands": shape.bands,
        "rows": shape.rows,
        "candidate_probability": {similarity: round(share, 4) for similarity, share in found.items()},
    }
