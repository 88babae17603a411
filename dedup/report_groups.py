"""What went by site, with what is unusual, and by date."""

from __future__ import annotations

import re
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.account import Group, Period
from dedup.limits import LEAST, WARN
from dedup.report_read import Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PERIODS = 60
"""Periods that a timeline has at most."""
FAR = 5
"""Deviations from the median of the sites from which on a share is unusual, in median absolute deviations made
comparable with standard deviations (times 1.4826; Leys and others, Detecting outliers, 2013, who take 2.5 to 3: here
an alarm is for what nobody would expect)."""
SITES, SPREAD = 8, 0.02
"""Sites that there must be to tell what is usual; and the least that is taken for their deviation: a share of .03 among
sites of .01 alarms nobody."""
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


# ── sites ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def groups(sums: Mapping[tuple[str, str], Sums], most_removed: Sequence[Mapping[str, Any]]) -> list[Group]:
    """The sites and sources, those first of which most went, with an alarm for each that is unusual. `most_removed` is
    what the manifest tells of those that lost much."""
    told = {(each["by"], each["name"]): each for each in most_removed}
    found = [Group(site, *some, source=source) for (site, source), some in sums.items()]
    shares = [each.share for each in found if each.documents >= LEAST]
    usual = median(shares) if len(shares) >= SITES else None
    spread = max(SPREAD, 1.4826 * median(abs(share - usual) for share in shares)) if usual is not None else 0.0
    alarmed = [
        each._replace(alarm=_alarm(each, told.get(("site" if each.site else "source", each.name)), usual, spread))
        for each in found
    ]
    return sorted(alarmed, key=lambda each: (-each.chrome - each.duplicates, each.site, each.source))


def _alarm(group: Group, told: Mapping[str, Any] | None, usual: float | None, spread: float) -> str:
    """What is unusual of a site, if anything is: what the run itself counted first."""
    if told:
        kinds = sorted(told["kinds"].items(), key=lambda each: (-each[1], each[0]))[:2]
        named = " and ".join(kind for kind, _ in kinds)
        return f"{told['share']:.0%} of its articles went, most of it as {named}; runs warn above {WARN:.0%}"
    if group.documents < LEAST:
        return ""
    copied = group.duplicates / max(1, group.characters)
    if copied > WARN:
        return f"{copied:.0%} of its text went as duplicates; runs warn above {WARN:.0%}"
    if usual is not None and group.share > usual + FAR * spread:
        return (
            f"{group.share:.0%} of its text went, of the middle one of the sites with {LEAST} documents or more"
            f" {usual:.0%}: {(group.share - usual) / spread:.0f} deviations more (median absolute deviation)"
        )
    return ""


# ── dates ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Scale(NamedTuple):
    """A length of periods: how many digits and signs of a date name one, and its number, from which they are counted
    on."""

    digits: int
    number: Callable[[str], int]
    name: Callable[[int], str]


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


_SCALES = (
    _Scale(10, lambda day: date.fromisoformat(day).toordinal(), lambda number: date.fromordinal(number).isoformat()),
    _Scale(7, lambda month: int(month[:4]) * 12 + int(month[5:]) - 1, _month),
    _Scale(4, int, "{:04d}".format),
    _Scale(3, int, "{:03d}0s".format),
)


def timeline(dates: Mapping[str, Sums]) -> tuple[list[Period], int]:
    """Sums by date as periods, in order, and how many documents have no date: days, else months, years or decades, the
    shortest that all dates name and of which there are few enough. Periods without a document are there, too, but not
    before the first hundredth of the documents or behind the last: a wrong date or two would leave room for no other.
    """
    known: dict[str, Sums] = {}
    for told, some in dates.items():
        day = _day(told)
        known[day] = known.get(day, Sums()) + some
    undated = known.pop("", Sums()).documents
    precise = min(map(len, known), default=0)
    for scale in _SCALES:
        if scale.digits > precise:
            continue
        periods: dict[int, Sums] = {}
        for day, some in known.items():
            number = scale.number(day[: scale.digits])
            periods[number] = periods.get(number, Sums()) + some
        first, last = _middle(periods)
        told_of = sorted({*periods, *range(first, min(last, first + PERIODS) + 1)})
        if len(told_of) <= PERIODS and last - first < PERIODS:
            return [Period(scale.name(at), *periods.get(at, Sums())) for at in told_of], undated
        if scale is _SCALES[-1]:
            return [Period(scale.name(at), *periods[at]) for at in sorted(periods)[-PERIODS:]], undated
    return [], undated


def _middle(periods: Mapping[int, Sums]) -> tuple[int, int]:
    """The periods of the documents that stand behind the first hundredth of all and before the last."""
    left = sum(some.documents for some in periods.values()) // 100
    found = []
    for order in (sorted(periods), sorted(periods, reverse=True)):
        passed = 0
        for at in order:
            passed += periods[at].documents
            if passed > left:
                found.append(at)
                break
    return found[0], found[1]


def _day(told: str) -> str:
    """The day, month or year that a date names; empty if it names none that there is."""
    found = _DATE.match(told)
    if not found:
        return ""
    try:
        date(*(int(each or 1) for each in found.groups()))
    except ValueError:
        return ""
    return found.group()
