"""Runs over small corpora that call every function of the kernel."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np

import dedup
from dedup import characters, misread, sign
from dedup.index import Index
from tests.material import article, prose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.torture.kernel_calls import Call

ODD = "Straße ΣΊΣΥΦΟΣ e\u0301 東京都庁は \u202eabc\u202c 👨\u200d👩 ﬁne Ⅷ i̇ so\u00adft [map](http://a.b/c) 1,904.50 £"
NEVER = dedup.Limits(stop_removed=1.0, max_errors=1.0)


def make(folder: Path) -> Iterator[Call]:
    """Clean lines, texts and pages in each way, with and without an index; then the calls that no run makes."""
    texts = [
        *map(article, range(4)),
        article(1).upper(),
        f"{prose(9)}\n\n{article(2)}\n\n> {prose(2_000)}",
        ODD,
        "Short.",
    ]
    records = [
        {"id": f"i{at}", "text": text, "date": f"2024-01-0{at + 1}", "url": f"http://a.b/{at}"}
        for at, text in enumerate(texts)
    ]
    _lines(folder / "lines", records)
    _pages(folder / "pages", texts)
    for name, source, settings in (
        ("documents", "lines", {"keep_chrome": True, "unit": "document"}),
        ("passages", "lines", {"keep_chrome": True}),
        ("long", "lines", {}),
        ("pages-plain", "pages", {}),
        ("pages-markdown", "pages", {"markup": "markdown"}),
    ):
        dedup.clean(folder / source, folder / name, config=dedup.Config(**settings, report=False), limits=NEVER)
    index = Index.build(folder / "index", records[:4])
    index.query(f"{ODD} {article(2)}")
    dedup.clean(records[4:], folder / "batch", against=index, config=dedup.Config(report=False), limits=NEVER)
    return _asked(texts)


def _lines(folder: Path, records: list[dict[str, str]]) -> None:
    folder.mkdir()
    lines = [json.dumps(each, ensure_ascii=bool(at % 2)) for at, each in enumerate(records)]
    (folder / "a.jsonl").write_text("\n".join([*lines, "{}", "no line", '{"text": "\\ud800"}']), encoding="utf-8")
    with (folder / "b.csv").open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([["id", "text"], *([each["id"] + "c", each["text"]] for each in records)])


def _pages(folder: Path, texts: list[str]) -> None:
    folder.mkdir()
    for at, text in enumerate(texts):
        body = "".join(f"<p class=a{at}>{part} <a href=/b>more</a></p><br>" for part in text.split("\n\n"))
        chrome = (
            "<nav><ul><li><a href=/>Home</a></ul></nav>",
            "<footer><p>Copyright 2024 The Mill. All rights reserved.</footer>",
        )
        head = f"<!DOCTYPE html><html><head><title>A mill {at}</title></head>"
        page = f"{head}<body>{chrome[0]}<article>{body}</article>{chrome[1]}"
        (folder / f"{at}.html").write_text(page, encoding="utf-8")


def _asked(texts: list[str]) -> Iterator[Call]:
    """Calls that nothing but tests makes, or that are made before anybody can look."""
    from lxml.html import document_fromstring

    from tests.torture.kernel_calls import Call

    page = f"<html><body><div class='main'><p>{ODD}</p><ul><li>one</ul></div></body></html>"
    xml = page.replace("class='main'", 'class="main"').encode()
    numbers, bounds = np.arange(40, dtype=np.uint64) % 17, np.array([0, 20, 40])
    data = [each.encode() for each in texts]
    utf8, ends = np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)])
    sketch, places = sign.sketch(dedup.Config().shape), (np.array([0, 1], np.uint32), np.array([3, 25]))
    calls: tuple[tuple[Any, ...], ...] = (
        ("blocks", None, "", (xml.replace(b"<ul><li>one</ul>", b"<ul><li>one</li></ul>"),)),
        ("blocks_in", None, "", (document_fromstring(page),)),
        ("Finder", (["p", "li"], [("class", "main")]), "found_in", (document_fromstring(page),)),
        ("Parser", ([("amp;", "&"), ("lt", "<")],), "parse", (page.encode(),)),
        ("utf8", None, "", (ODD,)),
        ("hashes", None, "", (texts,)),
        ("order", None, "", (np.frombuffer(b"abab", np.uint8), np.array([0, 1, 2, 4]))),
        ("random_numbers", None, "", (1, 128)),
        ("linked", None, "", (9, np.array([[0, 1], [1, 2], [5, 6]]))),
        ("sort_once", None, "", (np.array([3, 1, 3, 2]),)),
        ("align", None, "", (numbers, np.zeros(40, np.uint8), numbers[::-1].copy())),
        ("compared_words", None, "", ("rnill", "mill", np.zeros(0, np.uint64), misread.spelled)),
        ("align_pairs", None, "", (numbers, np.zeros(40, np.uint8), bounds, np.array([[0, 1]]))),
        ("blocks_of_texts", None, "", (utf8, ends, True, True, characters.page)),
        ("text_keys", None, "", (utf8, ends, sketch, True, characters.page)),
        ("agreeing_words", None, "", (numbers, bounds, places, places, 4, 8)),
        ("owners", None, "", (np.array([0, 19, 20, 39], np.uint32), bounds)),
        ("signatures", None, "", (texts, 5, *sketch[2:], characters.page)),
    )
    return iter([Call(*each) for each in calls])
