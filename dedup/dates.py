"""Dates as articles print them, as ISO 8601. Parsing is dateparser's and the standard library's."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime
from functools import lru_cache

ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}.*)?)?)?$")


@lru_cache(maxsize=1 << 16)
def iso_date(text: str | None) -> str | None:
    """A date as ISO 8601; one that cannot be read stays as it is.

    Only whole dates are read (day, month, year), never relative ones ("yesterday"), which depend on the day of the run.

    >>> iso_date("August 28, 2017"), iso_date("28. August 2017"), iso_date("soon")
    ('2017-08-28', '2017-08-28', 'soon')
    >>> iso_date("Mon, 5 Apr 1993 19:45:34 GMT")
    '1993-04-05T19:45:34+00:00'
    """
    if text is None or ISO.match(text):
        return text
    from email.utils import parsedate_to_datetime  # with sockets and all: .005 s, for dates that are no ISO 8601

    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError):
        pass
    import dateparser

    if len(text) > 60 or not re.search(r"\d", text):
        return text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dateparser's own deprecations
        found = dateparser.parse(text, settings={"PARSERS": ["absolute-time"], "STRICT_PARSING": True})
    return found.date().isoformat() if found else text


def sortable(date: str | None) -> str:
    """What documents are ordered by: the date if it is ISO 8601, in UTC where it names its zone, else nothing.

    >>> sortable("1993-04-05T19:33:55-04:00") > sortable("1993-04-05T21:11:46+00:00"), sortable("soon")
    (True, '')
    """
    if not date or not ISO.match(date):
        return ""
    try:
        moment = datetime.fromisoformat(date) if len(date) > len("2024-01-31") else None
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() if moment and moment.tzinfo else date
    except (ValueError, OverflowError):  # no such moment, or none in the years that there are in UTC
        return date
