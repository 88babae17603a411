"""Figures as SVG within the page, drawn of real data when the site is built. Colours are those of the theme."""

from __future__ import annotations

import random
import re
from functools import cache
from html import escape

import numpy as np

import dedup
from dedup.bands import candidate_probability
from docs.generate import drawing
from docs.generate.drawing import WIDTH
from docs.generate.kinds import seeds
from docs.generate.sections import section, table


def figure(name: str) -> str:
    """A figure by its name, as a block of HTML without an empty line, which would end it."""
    height, title, caption, parts = _DRAWN[name]()
    body = "\n".join(parts)
    drawn = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return (
        f'<figure class="drawn" tabindex="0">\n{drawn}\n{body}\n</svg>\n<figcaption>{caption}</figcaption>\n</figure>'
    )


Drawn = tuple[int, str, str, list[str]]

# ── the run ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _flow() -> Drawn:
    steps = [
        ("read", ["files, URLs,", "tables, archives"]),
        ("extract", ["the article of a", "page; metadata"]),
        ("chrome", ["site furniture:", "flags, and why"]),
        ("propose", ["pairs that share", "a band or a seed"]),
        ("verify", ["word by word;", "guards; keepers"]),
        ("cut", ["clean, removed,", "manifest"]),
    ]
    parts, step, wide = [], 119, 103
    for number, (name, lines) in enumerate(steps):
        x = 4 + number * step
        parts.append(f'<rect class="box" x="{x}" y="16" width="{wide}" height="92" rx="8"/>')
        parts.append(drawing.rect(x, 16, wide, 5, ("quiet", "kept", "chrome", "copy", "copy", "own")[number]))
        parts.append(drawing.text(x + 10, 47, name))
        parts += [drawing.text(x + 10, 70 + 17 * line, said, "small") for line, said in enumerate(lines)]
        if number:
            parts.append(drawing.path([(x - 14, 62), (x - 3, 62)], "axis"))
            parts.append(drawing.path([(x - 7, 58), (x - 3, 62), (x - 7, 66)], "axis"))
    said = "The stages of a run: read, extract, chrome, propose, verify, cut"
    return (
        124,
        said,
        "The stages of a run. Nothing is cut before it is flagged, and no flag is without a reason.",
        parts,
    )


def _map() -> Drawn:
    """Every document of the demo corpus as a bar: what stayed and what went, where it stood."""
    result = seeds()
    sources = list(result.sources())
    gone: dict[str, list[tuple[int, int, str]]] = {}
    for record in result.removed():
        kind = "chrome" if record["reason"] == "chrome" else "copy"
        gone.setdefault(record["id"], []).append((record["start"], record["end"], kind))
    longest = max(source["characters"] for source in sources)
    left, wide, step = 250, 460, 15
    parts = []
    for number, source in enumerate(sources):
        y = 34 + number * step
        scale = wide / longest
        parts.append(drawing.text(left - 8, y + 9, source["id"], "small", "end"))
        parts.append(drawing.rect(left, y, source["characters"] * scale, 10, "kept"))
        for start, end, kind in gone.get(source["id"], ()):
            parts.append(drawing.rect(left + start * scale, y, (end - start) * scale, 10, kind))
    for x, kind, said in ((250, "kept", "stays"), (330, "chrome", "chrome"), (420, "copy", "duplicates")):
        parts += [drawing.rect(x, 8, 12, 12, kind), drawing.text(x + 18, 18, said, "small")]
    title = f"{len(sources)} documents of the demo corpus, each a bar with the parts that went"
    caption = (
        "The demo corpus: a bar for each document, as long as its source text, with what went where it stood. Drawn of "
        "<code>removed.jsonl</code> and <code>sources.jsonl</code> of a run."
    )
    return 44 + step * len(sources), title, caption, parts


_OLDER = "The ferry left the quay at dawn with forty sacks of barley, two goats and a brass band on board."
_YOUNGER = _OLDER.replace("forty", "some")


def _aligned() -> Drawn:
    """Two sentences word by word, and what `near_duplicates` says of them."""
    match = next(dedup.near_duplicates([_OLDER, f"{_YOUNGER} Our own reporter saw no goats."]))
    pairs = [*zip(_OLDER.split(), _YOUNGER.split(), strict=True)]
    parts = []
    for row, some in enumerate((pairs[:10], pairs[10:])):
        x, y = 90.0, 24 + row * 74
        parts += [drawing.text(0, y, "older", "small"), drawing.text(0, y + 40, "younger", "small")]
        for own, other in some:
            wide = max(len(own), len(other)) * 7.4
            kind = "kept" if own == other else "chrome"
            parts += [
                drawing.text(x, y, own, "mono"),
                drawing.rect(x, y + 8, wide, 12, kind),
                drawing.text(x, y + 40, other, "mono"),
            ]
            x += wide + 7
    agreed = sum(own == other for own, other in pairs)
    count = len(pairs)
    caption = (
        f"n = {count} words, k = {count} words, of which m = {agreed} agree in order: similarity "
        f"2·{agreed} / ({count} + {count}) = {match.similarity}; containment {agreed} / {count} = {match.containment}; "
        f"Jaccard similarity of 5-word shingles {match.jaccard}. The passage goes from the younger text, and what is "
        "its own stays."
    )
    return 146, "Two sentences of twenty words, of which one differs", caption, parts


# ── candidates ──────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _edited() -> list[tuple[float, float, float, bool]]:
    """Pairs of paragraphs of the demo corpus, the second with words changed at random: the share changed, their
    similarity by words in order, their Jaccard similarity of shingles, and whether the bands propose them."""
    chance, shape = random.Random(1), dedup.Config().shape
    texts = [part for _, text in seeds().texts() for part in text.split("\n\n") if len(part.split()) > 60]
    made = []
    for share in np.linspace(0.0, 0.2, 21).tolist():
        for text in chance.sample(texts, 24):
            words = text.split()
            for place in chance.sample(range(len(words)), round(share * len(words))):
                words[place] = f"w{chance.getrandbits(40):x}"
            other = " ".join(words)
            rows = dedup.signatures([text, other], num_perm=shape.num_perm)
            equal = (rows[0] == rows[1])[: shape.bands * shape.rows].reshape(shape.bands, shape.rows).all(1).any()
            own, others = (set(dedup.shingles(each).tolist()) for each in (text, other))
            made.append((share, 1 - share, len(own & others) / len(own | others), bool(equal)))
    return made


def _curve() -> Drawn:
    shape = dedup.Config().shape
    plot = drawing.Plot(0.0, 1.0)
    parts = plot.frame([n / 10 for n in range(11)], "Jaccard similarity of shingles", "P(candidate)")
    steps = [n / 200 for n in range(201)]
    parts.append(drawing.path((plot.at(s, candidate_probability(s, shape.bands, shape.rows)) for s in steps), "curve"))
    pairs = _edited()
    for low in [n / 10 for n in range(10)]:
        inside = [each for each in pairs if low <= each[2] < low + 0.1 or (low == 0.9 and each[2] == 1)]
        if len(inside) >= 10:
            x, y = plot.at(sum(each[2] for each in inside) / len(inside), sum(each[3] for each in inside) / len(inside))
            parts.append(
                f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{len(inside)} pairs</title></circle>'
            )
    title = f"S-curve of {shape.bands} bands of {shape.rows} rows, with measured points close to it"
    caption = (
        "The chance that a pair is proposed by the default bands: "
        f"1 − (1 − s<sup>{shape.rows}</sup>)<sup>{shape.bands}</sup>. "
        f"Dots: {len(pairs)} paragraphs of the demo corpus beside themselves with words changed at random, in tenths."
    )
    return 330, title, caption, parts


def _similarity() -> Drawn:
    plot = drawing.Plot(0.0, 0.2)
    parts = plot.frame([n / 50 for n in range(11)], "share of the words that are other ones", "similarity")
    by_share: dict[float, list[tuple[float, float]]] = {}
    for share, similarity, jaccard, _ in _edited():
        by_share.setdefault(share, []).append((similarity, jaccard))
    means = {share: np.mean(each, axis=0).tolist() for share, each in by_share.items()}
    parts.append(drawing.path((plot.at(share, each[0]) for share, each in means.items()), "curve"))
    parts.append(drawing.path((plot.at(share, each[1]) for share, each in means.items()), "curve2"))
    parts.append(drawing.text(plot.left + 340, plot.top + 24, "by words in order: what threshold means"))
    parts.append(drawing.text(plot.left + 330, plot.top + 140, "Jaccard of 5-word shingles"))
    caption = (
        "Two measures of the same pairs (paragraphs of the demo corpus with words changed at random). At a threshold "
        "of .8 a fifth of the words may be other ones; Jaccard is at about .2 there, which is why other tools miss "
        "edited copies."
    )
    return 330, "Similarity by words falls slowly, Jaccard similarity of shingles fast", caption, parts


def _siblings() -> Drawn:
    plot = drawing.Plot(0, 20)
    parts = plot.frame(range(0, 21, 2), "other pages of the site with a block in the same place", "weight")
    parts.append(drawing.path((plot.at(k / 4, (k / 4) / (k / 4 + 3)) for k in range(81)), "curve"))
    caption = "What the other pages of a site count for in the odds of a place: k / (k + 3)."
    return 330, "The weight of k sibling pages: k / (k + 3)", caption, parts


# ── beside others ───────────────────────────────────────────────────────────────────────────────────────────────────


def rows_of(markdown: str) -> list[list[str]]:
    """The cells of the first table of a text, without its head; marks of bold are left out."""
    first = markdown[markdown.index("\n|") + 1 :].partition("\n\n")[0].splitlines()
    return [[cell.strip().replace("**", "") for cell in line.strip("|").split("|")] for line in first[2:]]


def _bars(rows: list[tuple[str, float, str]], most: float, left: int = 150) -> list[str]:
    parts = []
    for number, (name, value, said) in enumerate(rows):
        y = 14 + number * 30
        parts.append(drawing.text(left - 10, y + 14, name, anchor="end"))
        parts.append(drawing.rect(left, y, value / most * (640 - left), 19, "own" if name == "dedup" else "quiet"))
        parts.append(drawing.text(left + value / most * (640 - left) + 8, y + 14, said))
    return parts


def _speed() -> Drawn:
    known = [(row[0], float(row[1])) for row in rows_of(table("bench/README.md documents"))]
    most = max(value for _, value in known)
    parts = _bars([(name, value, f"{value:.1f} s") for name, value in known], most)
    caption = (
        "CPU seconds for near-duplicate documents of a corpus of 100,000, JSONL to JSONL, two cores. Shorter is better."
    )
    return 24 + 30 * len(known), "CPU seconds of dedup and peers", caption, parts


def _quality() -> Drawn:
    rows = [row for row in rows_of(section("README.md Measured")) if not row[0].startswith("—")]
    parts, low = [], 0.7
    for number, row in enumerate(rows):
        y = 30 + number * 30
        name = re.sub(r" \((?!\*).*?\)$", "", row[0])
        parts.append(drawing.text(300, y + 5, name if len(name) < 46 else name[:44] + "…", "small", "end"))
        scores = [float(cell.split()[0]) for cell in row[1:4]]
        spots = [310 + (score - low) / (1 - low) * 390 for score in scores]
        parts.append(drawing.path([(310, y), (700, y)], "grid"))
        parts.append(drawing.path([(min(spots), y), (max(spots), y)], "axis"))
        for spot, kind, score in zip(spots, ("quiet", "copy", "own"), scores, strict=True):
            parts.append(drawing.dot(spot, y, kind, f"{score}"))
    end = 30 + 30 * len(rows)
    for score in (0.7, 0.8, 0.9, 1.0):
        x = 310 + (score - low) / (1 - low) * 390
        parts.append(drawing.text(x, end + 8, f"{score:g}", "small", "middle"))
    for x, kind, said in ((310, "quiet", "trafilatura"), (430, "copy", "best other"), (540, "own", "dedup")):
        parts += [drawing.dot(x, 8, kind), drawing.text(x + 12, 12, said, "small")]
    caption = (
        "F1 of extraction, by set of pages: the table below as a picture. Farther right is better. (*) The "
        "weights were trained on these pages: below the table stands what they reach on sites that they did not see."
    )
    return end + 16, "F1 of extraction on several sets of pages, dedup beside trafilatura and others", caption, parts


_DRAWN = {
    "flow": _flow,
    "map": _map,
    "aligned": _aligned,
    "curve": _curve,
    "similarity": _similarity,
    "siblings": _siblings,
    "speed": _speed,
    "quality": _quality,
}
