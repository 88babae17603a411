"""URLs, sites and dates that anybody writes: named the same always, never an error."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dedup import dates, domains, urls

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 60
SITE, SITES, URL, DATE = range(4)


def seeds() -> Iterator[bytes]:
    """Names of each kind, as they are and broken."""
    for url in (
        "https://news.bbc.co.uk/2/hi",
        "http://[::1",
        "about:blank",
        "//a.b",
        "a.b:99999/c",
        "http://u:p@h.com?x=1",
        "co.uk",
        "http://xn--a.b",
        "http://a..b",
        "s3://bucket/a",
        "file:///a%00b",
        "http://東京.jp/",
        "http://[v1.a]/",
        "http://[v1.:]/",
        "http://[::ffff:1.2.3.4]/",
    ):
        for kind in (SITE, SITES, URL):
            yield bytes([kind]) + url.encode()
    for date in (
        "2024-05-06",
        "2024",
        "9999-12-31T23:59:59-23:00",
        "0001-01-01T00:00+14:00",
        "0000-00-00",
        "2024-05-06T07:08:09Z",
    ):
        yield bytes([DATE]) + date.encode()


def check(data: bytes) -> None:
    """No name is an error, and each is told alike in every way that it is asked for."""
    kind, text = (data[0] % 4 if data else SITE), data[1:].decode("utf-8", "replace")
    if kind == SITE:
        site = domains.site_of(text)
        assert site is None or (site and domains.site_of(site) in (site, None)) or not site.isascii(), (text, site)
    elif kind == SITES:
        assert list(domains.sites_of([text, text])) == [domains.site_of(text)] * 2, text
    elif kind == URL:
        shown = urls.shown(text)
        assert urls.shown(shown) == shown, (text, shown)
        urls.plain(text)
        assert not urls.is_url(text) or "://" in text, text
    else:
        _date(text)


def _date(text: str) -> None:
    """What is sorted by is a date, whatever stands behind it."""
    key = dates.sortable(text)
    assert not key or dates.ISO.match(key), (text, key)
    if key and key != text:
        datetime.fromisoformat(key)
