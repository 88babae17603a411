"""What libraries may do to a worker, done to it by documents that say so: for workers alone, which import this module
(`pool(2, "tests.traps")`)."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING, Any

from dedup import chrome, pages, shards
from dedup.chrome import flags
from dedup.extract import extract, judge_page, read_source

if TYPE_CHECKING:
    from dedup.config import Config
    from dedup.data import Document, Failure, Flag, Source
    from dedup.judge import Judgement


def _fall(text: str, stage: str) -> None:
    for what in re.findall(rf"TRAP-{stage}-(\w+)", text):
        if what == "time":
            while True:
                pass
        if what == "memory":
            taken = []
            while True:
                taken.append(bytes(1 << 20))
        os.kill(os.getpid(), signal.SIGSEGV)


def _read_source(source: Source, config: Config) -> Document | Failure:
    _fall(str(source.content), "read")
    return read_source(source, config)


def _judge_page(document: Document) -> Judgement:
    _fall(document.text, "judge")
    return judge_page(document)


def _flags(document: Document, *known: Any) -> list[Flag]:
    _fall(document.text, "flag")
    return flags(document, *known)


vars(shards)["read_source"] = _read_source
vars(pages)["judge_page"] = _judge_page
vars(chrome)["flags"] = _flags
extract("<p>The mill closed.</p>")  # so that not every worker has to load what that takes
