"""What a report tells of sites and dates: what is unusual of a site, and periods as long as fits."""

from __future__ import annotations

from typing import Any

import pytest

from dedup import report_groups
from dedup.account import Group, Period
from dedup.report_read import Sums

USUAL = {f"site{number}": Sums(30, 10_000, 900 + 20 * number, 100) for number in range(9)}


def alarms(sites: dict[str, Sums], told: Any = ()) -> dict[str, str]:
    sums = {(site, ""): some for site, some in sites.items()}
    return {group.site: group.alarm for group in report_groups.groups(sums, told) if group.alarm}


def test_no_site_is_unusual_among_its_like() -> None:
    assert alarms(USUAL) == {}


def test_a_site_that_loses_far_more_than_the_others_is_unusual() -> None:
    found = alarms(USUAL | {"odd": Sums(30, 10_000, 5_000, 0)})

    assert list(found) == ["odd"]
    assert "50% of its text went, of the middle one of the sites" in found["odd"]
    assert alarms(USUAL | {"odd": Sums(19, 10_000, 5_000, 0)}) == {}  # too few documents to tell


def test_a_site_that_loses_much_to_duplicates_is_unusual_alone() -> None:
    assert list(alarms({"one": Sums(30, 10_000, 0, 3_100)})) == ["one"]
    assert alarms({"one": Sums(30, 10_000, 0, 2_900)}) == {}


def test_what_the_run_warned_of_is_told_in_its_figures() -> None:
    told = {"by": "site", "name": "one", "kinds": {"document": 7, "byline": 2, "footer": 1}, "share": 0.4321}

    found = alarms({"one": Sums(30, 10_000, 0, 0)}, [told, told | {"by": "source", "name": "two"}])

    assert found == {"one": "43% of its articles went, most of it as document and byline; runs warn above 30%"}


def test_those_that_lost_most_come_first() -> None:
    found = report_groups.groups(
        {("a", ""): Sums(1, 10, 1, 1), ("b", ""): Sums(1, 90, 9, 0), ("", "c/"): Sums(2, 10, 2, 0)}, []
    )

    assert found == [Group("b", 1, 90, 9, 0), Group("", 2, 10, 2, 0, source="c/"), Group("a", 1, 10, 1, 1)]


TIMES: dict[str, tuple[list[str], list[str], int]] = {
    "days": (["2024-02-28", "2024-03-01"], ["2024-02-28", "2024-02-29", "2024-03-01"], 0),
    "months": (["2023-12-05", "2024-02-28"], ["2023-12", "2024-01", "2024-02"], 0),
    "years": (["2001-12-05", "2007-02-28"], ["2001", "2002", "2003", "2004", "2005", "2006", "2007"], 0),
    "decades": (
        ["1919-12-05", "1941-01-01", "1990-02-28"],
        ["1910s", "1920s", "1930s", "1940s", "1950s", "1960s", "1970s", "1980s", "1990s"],
        0,
    ),
    "as all dates tell": (["2023", "2024-02-28"], ["2023", "2024"], 0),
    "no dates": (["", "soon", "2024-13-01", "2024-02-30"], [], 4),
    "far apart": (["0001-01-01", "2024-01-01"], ["0000s", "2020s"], 0),
    "times of days": (["2024-02-28T10:00:00Z", "2024-02-29"], ["2024-02-28", "2024-02-29"], 0),
}


@pytest.mark.parametrize(("dates", "names", "undated"), TIMES.values(), ids=TIMES)
def test_periods_are_as_long_as_fits(dates: list[str], names: list[str], undated: int) -> None:
    periods, without = report_groups.timeline({each: Sums(1, 10, 2, 3) for each in dates})

    assert ([period.name for period in periods], without) == (names, undated)
    assert sum(period.documents for period in periods) + without == len(dates)
    assert len(periods) <= report_groups.PERIODS


def test_a_wrong_date_among_many_does_not_stretch_the_line() -> None:
    dates = {f"2024-0{month}-01": Sums(60, 10, 2, 3) for month in range(1, 8)} | {"1970-01-01": Sums(2, 10, 0, 0)}

    names = [period.name for period in report_groups.timeline(dates)[0]]

    assert names == ["1970-01", *(f"2024-0{month}" for month in range(1, 8))]


def test_a_period_has_the_sums_of_its_days() -> None:
    days = {"2023-01-05": Sums(1, 10, 2, 3), "2023-01-09": Sums(2, 20, 4, 6), "2023-09-01": Sums(1, 5, 0, 0)}

    assert report_groups.timeline(days)[0][0] == Period("2023-01", 3, 30, 6, 9)
