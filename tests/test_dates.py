"""Dates as articles print them."""

from __future__ import annotations

import pytest

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
