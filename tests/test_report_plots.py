"""The geometry of the plots of a report: what stands where, and that it stays within the drawing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.account import Curve, Funnel, Period, Point
from dedup.report_plots import BOTTOM, FLOW, GAP, LEFT, MOST_BARS, MOST_DOTS, RIGHT, TOP, curve, flow, sizes, timeline

AMOUNTS = st.integers(0, 10**15)


def funnel(out: int, chrome: int, duplicates: int) -> Funnel:
    return Funnel(9, 9, 0, out + chrome + duplicates, chrome, duplicates, out, ())


def test_the_flow_is_as_wide_as_its_shares() -> None:
    bands = flow(funnel(600, 300, 100))

    assert [(each.name, each.left, each.right) for each in bands] == [
        ("out", 0, 600), ("chrome", 600, 900), ("duplicates", 900, 1000)
    ]  # fmt: skip
    assert [(each.low, each.high) for each in bands] == [(0, 585.6), (597.6, 890.4), (902.4, 1000)]


@given(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS))
def test_the_flow_fills_the_drawing_whatever_went(amounts: tuple[int, int, int]) -> None:
    bands = flow(funnel(*amounts))

    assert [each.characters for each in bands] == [each for each in amounts if each]
    for ends in [(each.left, each.right) for each in bands], [(each.low, each.high) for each in bands]:
        assert not ends or (ends[0][0], ends[-1][1]) == (0, FLOW)
        assert all(low <= high for low, high in ends)
    assert all(abs(after.low - before.high - GAP) < 0.2 for before, after in pairwise(bands))


def test_clusters_of_one_size_need_no_plot() -> None:
    assert sizes(()) is None
    assert sizes(((2, 90),)) is None


def test_sizes_are_points_of_logarithmic_axes() -> None:
    plot = sizes(((2, 100), (4, 10), (8, 1)))
    assert plot

    x, y = [each.x for each in plot.dots], [each.y for each in plot.dots]
    assert abs((x[1] - x[0]) - (x[2] - x[1])) < 0.2
    assert abs((y[1] - y[0]) - (y[2] - y[1])) < 0.2
    assert [each.label for each in plot.axes.x] == ["2", "5", "10"]
    assert [each.label for each in plot.axes.y] == ["1", "10", "100"]


@given(st.dictionaries(st.integers(2, 10**9), st.integers(1, 10**9), min_size=2, max_size=200))
def test_all_clusters_stand_in_the_plot_of_sizes(counts: dict[int, int]) -> None:
    plot = sizes(sorted(counts.items()))
    assert plot

    assert len(plot.dots) <= max(MOST_DOTS + 1, 2)
    assert sum(each.clusters for each in plot.dots) == sum(counts.values())
    assert (plot.dots[0].low, plot.dots[-1].high) == (min(counts), max(counts))
    for dot in plot.dots:
        assert LEFT <= dot.x <= RIGHT
        assert TOP <= dot.y <= BOTTOM
    for tick in plot.axes.x:
        assert LEFT <= tick.at <= RIGHT
    assert len(plot.axes.y) <= 7


def test_the_curve_rises_to_what_is_wanted() -> None:
    points = (Point(0.6, 0.7, 20, 10, (0.3, 0.7)), Point(0.7, 0.8, 0, 0, (0, 1)))
    plot = curve(Curve(20, 6, 5, 0.8, 0.997, points))

    assert (plot.line[0], plot.line[-1]) == ((LEFT, BOTTOM), (RIGHT, TOP))
    heights = [y for _, y in plot.line]
    assert heights == sorted(heights, reverse=True)
    assert plot.wanted[1] < TOP + 1
    (measured,) = plot.measured  # of nothing there is no share
    assert measured.high < measured.y < measured.low
    assert measured.y == (TOP + BOTTOM) / 2


def test_one_time_needs_no_timeline() -> None:
    assert timeline(()) is None
    assert timeline((Period("2024", 3, 900, 90, 9),)) is None


def test_what_is_left_and_went_stand_on_each_other() -> None:
    plot = timeline((Period("2023", 3, 1_000, 250, 250), Period("2024", 0, 0, 0, 0)))
    assert plot

    first, second = plot.columns
    whole = BOTTOM - TOP
    assert first.out == (TOP + whole / 2, whole / 2)
    assert first.chrome == (TOP + whole / 4, whole / 4)
    assert first.duplicates == (TOP, whole / 4)
    assert second.out == second.chrome == second.duplicates == (BOTTOM, 0)
    assert [each.label for each in plot.axes.x] == ["2023", "2024"]
    assert [each.label for each in plot.axes.y] == ["0", "200", "400", "600", "800", "1 k"]


def test_a_long_timeline_shows_its_last_times_and_names_a_few() -> None:
    plot = timeline(tuple(Period(f"{year}s", 1, year, 0, 0) for year in range(1000, 3000, 10)))
    assert plot

    assert len(plot.columns) == MOST_BARS
    assert [each.label for each in plot.axes.x] == ["1800s", "2040s", "2280s", "2520s", "2760s"]


@pytest.mark.parametrize("name", ["<b>2024</b>", "2024\u202e", "2024-01-01T12:00:00", "twenty"])
def test_a_name_that_is_no_date_does_not_stand_in_a_drawing(name: str) -> None:
    plot = timeline((Period(name, 1, 9, 0, 0), Period("2024", 1, 9, 0, 0)))
    assert plot

    assert [each.label for each in plot.axes.x] == ["?", "2024"]
