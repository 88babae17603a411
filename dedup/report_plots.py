"""The plots of a report as geometry: where axes, points and bars stand. Templates draw them as SVG.

Coordinates are those of the view box of FRAME, from its upper left corner, rounded to a tenth, so that the
same run gives the same page.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from math import ceil, floor, log10
from typing import TYPE_CHECKING, NamedTuple

from dedup.bands import candidate_probability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dedup.account import Curve, Funnel, Period, Point

LEFT, RIGHT, TOP, BOTTOM = 54.0, 350.0, 12.0, 190.0
"""Where the area of a plot within its axes begins and ends."""
FRAME = {"width": 360, "height": 230, "left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM}
FLOW = 1000
"""Width of the flow of characters, which is stretched to the width of the page."""
GAP = 12
"""What parts the bands of the flow where they end."""
MOST_DOTS, MOST_BARS, MOST_NAMES = 40, 120, 5
"""Points of the sizes of clusters, bars of the timeline, and names of these that have room."""


class Tick(NamedTuple):
    """A mark of an axis."""

    at: float
    label: str


class Axes(NamedTuple):
    """The marks below and beside a plot."""

    x: tuple[Tick, ...]
    y: tuple[Tick, ...]


class Band(NamedTuple):
    """A part of the flow: from `left` to `right` above, from `low` to `high` below."""

    name: str
    characters: int
    left: float
    right: float
    low: float
    high: float


class Dot(NamedTuple):
    """The clusters of `low` to `high` passages."""

    low: int
    high: int
    clusters: int
    x: float
    y: float


class Sizes(NamedTuple):
    """How many clusters there are of which size; both axes are logarithmic."""

    axes: Axes
    dots: tuple[Dot, ...]


class Measured(NamedTuple):
    """A measured share of candidates, with the interval around it, as heights."""

    x: float
    y: float
    low: float
    high: float


class CurvePlot(NamedTuple):
    """The S-curve as points of a line, what was measured, and the pair that the bands are wanted for."""

    axes: Axes
    line: tuple[tuple[float, float], ...]
    measured: tuple[Measured, ...]
    wanted: tuple[float, float]


class Column(NamedTuple):
    """A time, as parts of a bar from below: what is left, chrome and duplicates, each with its upper end and height."""

    x: float
    width: float
    out: tuple[float, float]
    chrome: tuple[float, float]
    duplicates: tuple[float, float]


class Timeline(NamedTuple):
    """The characters of each time."""

    axes: Axes
    columns: tuple[Column, ...]


def flow(funnel: Funnel) -> tuple[Band, ...]:
    """What is left and what went of the characters that came in, of which there are some; bands of nothing are left
    out."""
    parts = [("out", funnel.characters_out), ("chrome", funnel.chrome), ("duplicates", funnel.duplicates)]
    parts = [(name, characters) for name, characters in parts if characters]
    total = sum(characters for _, characters in parts)
    room = FLOW - GAP * (len(parts) - 1)
    bands, before = [], 0
    for number, (name, characters) in enumerate(parts):
        ends = [each * before / total for each in (FLOW, room)]
        before += characters
        left, low, right, high = *ends, FLOW * before / total, room * before / total
        bands.append(Band(name, characters, *map(_tenth, (left, right, low + GAP * number, high + GAP * number))))
    return tuple(bands)


def sizes(counts: Sequence[tuple[int, int]]) -> Sizes | None:
    """How many clusters there are of each size, of many sizes by those that are alike; None if there is but one."""
    dots = _gathered(counts)
    if len(dots) < 2:
        return None
    across = _log(1.6, max(dots[-1][1] * 1.3, 12), LEFT, RIGHT)
    up = _log(0.7, max(max(clusters for *_, clusters in dots) * 1.6, 12), BOTTOM, TOP)
    axes = Axes(
        _ticks([2, *_steps(dots[-1][1] * 1.3, 5)], across),
        _ticks(_steps(max(clusters for *_, clusters in dots) * 1.6, 1), up),
    )
    at = [Dot(low, high, n, _tenth(across((low * high) ** 0.5)), _tenth(up(n))) for low, high, n in dots]
    return Sizes(axes, tuple(at))


def curve(measured: Curve) -> CurvePlot:
    """P(candidate | similarity) as a line, and the shares that the run's pairs give."""
    across, up = _linear(0, 1, LEFT, RIGHT), _linear(0, 1, BOTTOM, TOP)

    def height(similarity: float) -> float:
        return up(candidate_probability(similarity, measured.bands, measured.rows))

    quarters = (0, 0.25, 0.5, 0.75, 1)
    return CurvePlot(
        Axes(
            tuple(Tick(_tenth(across(each)), f"{each:g}") for each in quarters),
            tuple(Tick(_tenth(up(each)), f"{100 * each:.0f} %") for each in quarters),
        ),
        tuple(_pair(across(each / 80), height(each / 80)) for each in range(81)),
        tuple(_measured(each, across, up) for each in measured.points if each.pairs),
        _pair(across(measured.wanted), height(measured.wanted)),
    )


def _measured(point: Point, across: Callable[[float], float], up: Callable[[float], float]) -> Measured:
    low, high = point.interval
    middle = _tenth(across((point.low + point.high) / 2))
    return Measured(middle, _tenth(up(point.candidates / point.pairs)), _tenth(up(low)), _tenth(up(high)))


def timeline(periods: Sequence[Period]) -> Timeline | None:
    """The characters of the last times there are; None if there are not two of them."""
    periods = periods[-MOST_BARS:]
    if len(periods) < 2:
        return None
    most = max(1, *(each.characters for each in periods))
    step = (RIGHT - LEFT) / len(periods)
    up = _linear(0, most, BOTTOM, TOP)

    def column(number: int, each: Period) -> Column:
        ends = [up(0), up(each.characters - each.chrome - each.duplicates)]
        ends += [up(each.characters - each.duplicates), up(each.characters)]
        parts = [_pair(high, low - high) for low, high in pairwise(ends)]
        return Column(_tenth(LEFT + step * (number + 0.1)), _tenth(step * 0.8), *parts)

    every = ceil(len(periods) / MOST_NAMES)
    names = [
        Tick(_tenth(LEFT + step * (number + 0.5)), each.name if _is_plain(each.name) else "?")
        for number, each in enumerate(periods)
        if number % every == 0
    ]
    axes = Axes(tuple(names), _ticks(_round_numbers(most), up))
    return Timeline(axes, tuple(column(number, each) for number, each in enumerate(periods)))


def _is_plain(name: str) -> bool:
    """Whether a name may stand in a drawing, where texts cannot be marked: dates and decades may."""
    return len(name) <= 12 and set(name) <= set("0123456789-s")


def _gathered(counts: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """The first and last size and the clusters of each point."""
    if len(counts) <= MOST_DOTS:
        return [(size, size, clusters) for size, clusters in counts]
    step = MOST_DOTS / log10(counts[-1][0] / counts[0][0] * 1.001)

    def place(of: tuple[int, int]) -> int:
        return floor(step * log10(of[0] / counts[0][0]))

    groups = ([*group] for _, group in groupby(counts, place))
    return [(group[0][0], group[-1][0], sum(clusters for _, clusters in group)) for group in groups]


def _steps(most: float, first: int) -> list[int]:
    """1, 2, 5, 10 and so on from the first to the most, or only each tenfold where that is enough."""
    powers = range(ceil(log10(max(10, most))) + 1)
    fine = [n * 10**power for power in powers for n in (1, 2, 5) if first <= n * 10**power <= most]
    coarse = [10**power for power in powers if first <= 10**power <= most]
    return fine if len(fine) <= 6 else coarse[:: ceil(len(coarse) / 6)]


def _round_numbers(most: float) -> list[int]:
    """Three to six round numbers from 0 to the most."""
    power = 10 ** floor(log10(most))
    step = next(power * each for each in (0.2, 0.5, 1, 2) if most <= 5 * power * each)
    return [*range(0, int(most) + 1, max(1, int(step)))]


def _ticks(values: Iterable[int], to: Callable[[float], float]) -> tuple[Tick, ...]:
    return tuple(Tick(_tenth(to(each)), short(each)) for each in values)


def short(value: float) -> str:
    """A number in as few letters as an axis has room for.

    >>> [short(each) for each in (0, 950, 1500, 2_000_000, 3e9)]
    ['0', '950', '1.5 k', '2 M', '3 G']
    """
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:g}"


def _linear(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (end - start) * (value - low) / (high - low)


def _log(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    linear = _linear(log10(low), log10(high), start, end)
    return lambda value: linear(log10(value))


def _tenth(value: float) -> float:
    return round(value, 1)


def _pair(first: float, second: float) -> tuple[float, float]:
    return _tenth(first), _tenth(second)
