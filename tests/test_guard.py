"""A document that takes too long or too much, or crashes, is a failure of its own, and all others are as without it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from errno import ENOMEM
from typing import TYPE_CHECKING, Any

import pytest

from dedup import Config, guard, pages, shards
from dedup.batch import Batch
from dedup.data import Failure, Source
from dedup.extract import read_source
from dedup.guard import limited
from dedup.nursery import Death
from dedup.read import given
from dedup.run import pool, serial
from dedup.site import MANY
from dedup.staged import SHARD_DOCUMENTS, Studied, flag, prepare
from dedup.work import Work
from tests.material import article, cleaned, prose

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dedup.run import Runner


LIMITS: dict[str, Any] = {"max_seconds": 0.3, "max_memory": 256}
LATE = "took longer than max_seconds = 0.3; raise it with --max-seconds"
LARGE = "took more memory than max_memory = 256, or than there is; raise it with --max-memory"
CRASHED = "ended the process that read it (signal 11, SIGSEGV)"
SAID = {"time": LATE, "memory": LARGE, "crash": CRASHED}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="not all of these limits are there")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads documents has a process of its own here, even with one worker (else tests have it read them here)."""
    stages: set[Callable[..., Any]] = {shards.prepare, pages.judge, pages.settle, shards.flag}
    monkeypatch.setattr("dedup.run._ALONE", stages)


def page(seed: int, more: str = "", site: str = "") -> dict[str, Any]:
    body = "".join(f"<p>{prose(seed * 10 + number, 40)}</p>" for number in range(3))
    html = f"<html><body><nav>Home News</nav><article><h1>{prose(seed, 6)}</h1>{body}</article>{more}</body></html>"
    return {"id": f"page {seed}", "html": html, "url": f"https://{site or f'site-{seed}.example'}/{seed}"}


def odd(seed: int, what: str) -> dict[str, Any]:
    """A page of the large site that its template does not fit, and which is not in the sample that teaches it."""
    blocks = "".join(f"<section class='s{number}'>{prose(seed * 10 + number, 30)}</section>" for number in range(9))
    html = f"<html><body>{blocks}<div>TRAP-judge-{what} stands here.</div></body></html>"
    from xxhash import xxh3_64_intdigest

    while xxh3_64_intdigest(html.encode()) < 0xC000 << 48:
        html += " "
    return {"id": f"page {seed}", "html": html, "url": f"https://large.example/{seed}"}


GOOD = [
    *({"id": f"text {seed}", "text": article(seed)} for seed in range(3)),
    *(page(seed, site="large.example") for seed in range(100, 101 + MANY)),
    *(page(seed) for seed in range(200, 203)),
]
TRAPS = {
    **{("read", what): {"id": f"read {what}", "text": f"TRAP-read-{what} {article(70)}"} for what in SAID},
    **{("judge", what): page(300 + at, f"<p>TRAP-judge-{what} stands here.</p>") for at, what in enumerate(SAID)},
    **{("flag", what): {"id": f"flag {what}", "text": f"TRAP-flag-{what}\n\n{article(80)}"} for what in SAID},
    **{("settle", what): odd(400 + at, what) for at, what in enumerate(SAID)},
}


def trapped() -> list[dict[str, Any]]:
    """Good documents, with traps between them."""
    documents = list(GOOD)
    for at, trap in enumerate(TRAPS.values()):
        documents.insert(2 * at + 1, trap)
    return documents


def test_what_a_document_does_to_its_worker_costs_that_document_alone() -> None:
    want = cleaned(GOOD, runner=serial)

    found = [cleaned(trapped(), runner=pool(workers, "tests.traps"), **LIMITS) for workers in (2, 1)]

    assert found[0] == found[1]
    places = {each["id"]: f"input:{number}" for number, each in enumerate(trapped(), 1)}
    assert found[0].failures == {places[trap["id"]]: SAID[what] for (_, what), trap in TRAPS.items()}
    assert found[0].documents == want.documents
    assert found[0].removed == want.removed


def studied(work: Work, documents: list[dict[str, Any]], runner: Runner) -> Studied:
    return flag(work, prepare(work, given(documents), runner), runner)[0]


def test_a_run_that_goes_on_does_not_die_of_the_same_documents_again(tmp_path: Path) -> None:
    work = Work(tmp_path, Config(**LIMITS))
    documents = [*GOOD[:9], *TRAPS.values(), GOOD[-1]]
    names, live, failures = studied(work, documents, pool(2, "tests.traps"))

    # In this process no document is a trap: a failure is one that is known.
    again, live_again, failures_again = studied(work, documents, serial)

    assert (again, failures_again) == (names, failures)
    assert len(failures) == len(TRAPS)
    assert {name: each.tolist() for name, each in live_again.items()} == {n: each.tolist() for n, each in live.items()}


def batch(folder: Path, count: int) -> Batch:
    sources = [Source(f"place {at}", f"id {at}", None, {"text": "The mill."}) for at in range(count)]
    return Batch(Work(folder, Config(**LIMITS)), 3, [Failure("place", "unread"), *sources], first=20)


@pytest.mark.parametrize(
    ("death", "want"),
    [
        (Death(-signal.SIGPROF, 4), [[0, 1, 2, 3], ["late", 5, 6]]),
        (Death(-signal.SIGPROF, 1), [[0], ["late", 2, 3, 4, 5, 6]]),
        (Death(ENOMEM, 4), [[0, 1, 2, 3], ["large", 5, 6]]),
        (Death(ENOMEM), [[0, 1, 2], [3, 4, 5, 6]]),
        (Death(-signal.SIGSEGV, 4), [[0, 1, 2, 3], [4], [5, 6]]),
        (Death(-signal.SIGSEGV, 6), [[0, 1, 2, 3, 4, 5], [6]]),
        (Death(-signal.SIGKILL), [[0, 1, 2], [3, 4, 5, 6]]),
        (Death(-signal.SIGSEGV, 0), []),
    ],
)
def test_a_batch_is_divided_where_workers_died(tmp_path: Path, death: Death, want: list[list[int | str]]) -> None:
    whole = batch(tmp_path, 6)

    found = whole.without(death)

    number = {id(source): at for at, source in enumerate(whole.sources)}
    said = {LATE: "late", LARGE: "large"}
    assert [
        [
            said[each.why] if isinstance(each, Failure) and each.why in said else number[id(each)]
            for each in part.sources
        ]
        for part in found
    ] == want
    assert list(whole.known()) == (found or [whole])
    firsts = [20 + sum(map(len, want[:at])) for at in range(len(want))]
    assert [part.name for part in found] == [f"000003.{first:06d}" for first in firsts]
    told = [each.id for part in found for each in part.sources if isinstance(each, Failure) and each.why in said]
    assert told == [f"place {(death.at or 0) - 1}" for part in want for each in part if isinstance(each, str)]


def test_workers_may_die_of_each_source_of_a_batch(tmp_path: Path) -> None:
    """Each death made the name of the shard longer, until no file could have it."""
    left = whole = batch(tmp_path, SHARD_DOCUMENTS - 1)
    for _ in range(1, SHARD_DOCUMENTS):
        _, left = left.without(Death(-signal.SIGPROF, 1))

    found = list(whole.known())
    assert [each.id for part in found for each in part.sources] == [
        "place",
        *map("place {}".format, range(SHARD_DOCUMENTS - 1)),
    ]
    assert sorted(part.shard for part in found) == [part.shard for part in found]


@pytest.mark.parametrize("at", [0, None])
def test_a_source_of_which_workers_die_alone_is_a_failure(tmp_path: Path, at: int | None) -> None:
    alone = batch(tmp_path, 1)._replace(sources=batch(tmp_path, 1).sources[1:])

    (found,) = alone.without(Death(-signal.SIGSEGV, at))

    assert found.sources == [Failure("place 0", CRASHED)]
    assert found.without(Death(-signal.SIGSEGV, at)) == []


LARGE_PAGE = """
import os
from dedup import Config, guard
guard.begin(os.memfd_create("note"))
def memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") >> 20
def needed():
    guard._Self.trust = 0
    return guard._needed() >> 20
before = needed()
page = [bytearray(1000) for _ in range(100_000)]
stays = bytearray(1000)
del page
large = memory()
with guard.limited(0, Config()):
    print(large - memory() > 80, abs(needed() - before) < 5, abs((guard._needed() >> 20) - before) < 5)
"""


@pytest.mark.skipif(
    sys.platform == "linux" and not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="it does not say what it keeps"
)
def test_what_a_large_page_took_is_not_kept_and_does_not_count() -> None:
    done = subprocess.run([sys.executable, "-c", LARGE_PAGE], capture_output=True, text=True, check=True)

    assert done.stdout == "True True True\n"


def test_where_the_system_does_not_say_what_is_taken_memory_is_not_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(path: str, *_: int) -> int:
        raise FileNotFoundError(path)

    note, before = os.memfd_create("note"), resource.getrlimit(resource.RLIMIT_DATA)
    for name in ("note", "memory"):
        monkeypatch.setattr(guard._Self, name, None)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", none)
        guard.begin(note)

    with limited(0, Config(max_seconds=0)):
        assert resource.getrlimit(resource.RLIMIT_DATA) == before
    os.close(note)


def test_without_a_worker_nothing_is_limited_and_no_memory_is_a_failure_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(source: Source, config: Config) -> Any:
        if source.content == {"text": "large"}:
            raise MemoryError
        with limited(0, Config(max_seconds=1e-6, max_memory=1)):
            return read_source(source, config)

    monkeypatch.setattr(shards, "read_source", read)

    found = cleaned([{"text": "large"}, {"text": "The mill closed."}])

    assert list(found.texts.values()) == ["The mill closed."]
    assert list(found.failures) == ["input:1"]
    assert found.failures["input:1"].startswith("took more memory than max_memory = ")
