"""Dates as articles print them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.dates import iso_date, sortable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        ("2024-03-01", "2024-03-01"),
        ("2024-03-01T12:00:00Z", "2024-03-01T12:00:00Z"),
        ("March 1, 2024", "2024-03-01"),
        ("1 March 2024", "2024-03-01"),
        ("28. August 2017", "2017-08-28"),
        ("28 août 2017", "2017-08-28"),
        ("2017年8月28日", "2017-08-28"),
        ("Mon, 5 Apr 1993 19:45:34 GMT", "1993-04-05T19:45:34+00:00"),
        ("yesterday", "yesterday"),
        ("2 hours ago", "2 hours ago"),
        ("March 2024", "March 2024"),  # no whole date: its day would be today's
        ("soon", "soon"),
        ("", ""),
        (None, None),
        ("31 February 2024", "31 February 2024"),
        ("1 " * 100, "1 " * 100),
    ],
)
def test_a_date_is_iso_8601_or_stays_as_it_is(text: str | None, expected: str | None) -> None:
    assert iso_date(text) == expected


@pytest.mark.parametrize("date", ["2024", "2024-03-01", "March 1, 2024", "28. August 2017", "soon"])
def test_a_date_that_was_read_is_read_the_same_again(date: str) -> None:
    assert iso_date(iso_date(date)) == iso_date(date)


@pytest.mark.parametrize(
    ("date", "key"), [("2024-03-01", "2024-03-01"), ("2024", "2024"), ("soon", ""), ("", ""), (None, "")]
)
def test_only_iso_dates_order_documents(date: str | None, key: str) -> None:
    assert sortable(date) == key


IN_TIME: dict[str, list[str | None]] = {
    "zones": ["1993-04-05T23:33:55+04:00", "1993-04-05T21:11:46+00:00", "1993-04-05T19:33:55-04:00"],
    "the same day in another zone": ["2024-03-01T23:30:00+05:00", "2024-03-01T19:00:00Z", "2024-03-01T23:00:00-01:00"],
    "over midnight": ["2024-02-29T23:59:00Z", "2024-03-01T00:30:00Z", "2024-02-29T23:00:00-05:00"],
    "no time before one": ["2024-03-01", "2024-03-01T00:00:00+00:00", "2024-03-01T08:00:00"],
    "years, months, days": ["2024", "2024-03", "2024-03-01", "2025"],
    "a space for the T": ["2024-03-01 08:00:00+00:00", "2024-03-01T08:00:01+00:00", "2024-03-01 09:30:00+01:00"],
    "read from a mail's header": [iso_date("Mon, 5 Apr 1993 21:11:46 GMT"), iso_date("Mon, 5 Apr 1993 19:33:55 -0400")],
}


@pytest.mark.parametrize("dates", IN_TIME.values(), ids=IN_TIME)
def test_dates_are_ordered_in_time(dates: list[str | None]) -> None:
    keys = [sortable(date) for date in dates]

    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("date", "key"),
    [
        ("2024-03-01T12:00:00Z", "2024-03-01T12:00:00"),
        ("2024-03-01T12:00:00+02:00", "2024-03-01T10:00:00"),
        ("2024-03-01T00:30:00+02:00", "2024-02-29T22:30:00"),
        ("2024-03-01T12:00:00", "2024-03-01T12:00:00"),  # in no zone: as it stands
        ("2024-03-01T12:00", "2024-03-01T12:00"),
        ("2024-03-01T12:00 in the morning", "2024-03-01T12:00 in the morning"),
        ("2024-13-01T12:00:00Z", "2024-13-01T12:00:00Z"),
        ("2024-03-01T12:00:00+99:00", "2024-03-01T12:00:00+99:00"),
        ("March 1, 2024", ""),
        ("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00"),
    ],
)
def test_a_time_is_that_of_utc_where_it_names_its_zone(date: str, key: str) -> None:
    assert sortable(date) == key


@given(
    st.lists(
        st.datetimes(
            datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.timezones() | st.just(UTC), allow_imaginary=False
        ),
        min_size=2,
        max_size=2,
    )
)
def test_times_in_any_zones_are_ordered_as_they_were(times: list[datetime]) -> None:
    first, second = (time.replace(microsecond=0) for time in times)

    assert (sortable(first.isoformat()) < sortable(second.isoformat())) == (
        first.astimezone(UTC) < second.astimezone(UTC)
    )


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_that_utc_cannot_tell_stands_as_it_is(date: str) -> None:
    """What programs write for "no date" (.NET's DateTime.MinValue) is met with in records."""
    assert sortable(date) == date
