"""Hostile texts (tests/payloads.py) through all that people are shown: nothing of them is obeyed, and all is seen.

Batches of payloads go through runs together, as a run takes longer than to look at what it shows; what is wrong is told
of each payload by its name.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from dedup import Result, explained, report_page
from dedup.cli import main
from dedup.report import account_of
from tests.conftest import ROOT
from tests.hostile import Ran, call, ran
from tests.material import prose
from tests.pages import obeyed
from tests.payloads import BATCHES, HUGE, PAYLOADS, family, ids

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SGR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(*words: str | Path) -> str:
    """What the command line prints on a terminal that shows colours."""
    import pty
    import tty

    master, slave = pty.openpty()
    tty.setraw(slave)  # or it makes "\r\n" of "\n"
    chunks: list[bytes] = []

    def drain() -> None:
        try:
            while chunk := os.read(master, 1 << 16):
                chunks.append(chunk)
        except OSError:  # as Linux says that it was closed
            pass

    reader = threading.Thread(target=drain)
    reader.start()
    with os.fdopen(slave, "w", encoding="utf-8") as stream, redirect_stdout(stream):
        main([str(word) for word in words], prog_name="dedup", standalone_mode=False)
    reader.join()
    os.close(master)
    return b"".join(chunks).decode()


# ── the payloads themselves ─────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_as_many_payloads_as_are_said() -> None:
    said = re.search(r"(\d+) hostile texts", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert said and int(said[1]) == len(PAYLOADS) + len(HUGE)
    assert len(set(PAYLOADS.values())) > len(PAYLOADS) - 10  # some stand in two families
    assert {family(name) for name in PAYLOADS} >= {"script", "url", "terminal", "control", "bidi", "surrogate"}
    assert [name for batch in BATCHES.values() for name in batch] == list(PAYLOADS)


def test_a_batch_comes_into_every_place(hostile: Path) -> None:
    """A corpus whose payloads do not get anywhere would prove nothing."""
    name = next(iter(BATCHES))
    run = ran(hostile, name, plain=True)
    result = Result(run.out)
    removed = list(result.removed())

    for payload, text in run.payloads.items():
        own = [each for each in removed if text in each["id"]]
        assert {each["reason"] for each in own} == {"chrome", "duplicate"}
        assert {"document", "passage"} <= {each["kind"] for each in own}, payload
        assert sum(text in each["text"] for each in own if each["reason"] == "chrome") >= 6, payload
        assert any(text in each["keeper"]["id"] for each in removed if "keeper" in each)
        assert any(text in failure.id for failure in result.failures), payload
        assert sum(text in failure.why for failure in result.failures) >= 2, payload
        assert any(text in kept for _, kept in result.texts()), payload


# ── terminals ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_run_says_is_not_obeyed(batch: Ran) -> None:
    assert obeyed(batch.said) == []


def test_a_dry_run_is_not_obeyed(batch: Ran) -> None:
    assert obeyed(call("clean", batch.source, "--dry-run", "-j", "1", "-v")) == []


def shown_documents(run: Ran) -> Iterable[tuple[str, str]]:
    """The names of payloads, and the ids of documents in which they stand."""
    known = {source["id"] for source in Result(run.out).sources()}
    for name, text in run.payloads.items():
        yield from ((name, id_) for id_ in ids(name, text) if id_ in known)


def test_explain_in_a_pipe_is_not_obeyed(batch: Ran) -> None:
    found = {name: obeyed(call("explain", "--full", "--", batch.out, id_)) for name, id_ in shown_documents(batch)}

    assert {name: bad for name, bad in found.items() if bad} == {}
    assert found or set(map(family, batch.payloads)) == {"surrogate"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_explain_on_a_terminal_has_only_colours_of_its_own(batch: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    ours = {f"\x1b[{code}m" for code in (*explained._CODES.values(), "0")}

    wrong = {}
    for name, id_ in shown_documents(batch):
        said = on_terminal("explain", "--full", "--", batch.out, id_)
        if bad := obeyed(SGR.sub("", said)) + [code for code in SGR.findall(said) if code not in ours]:
            wrong[name] = bad

    assert wrong == {}


def test_ids_that_are_unknown_are_not_obeyed(batch: Ran) -> None:
    wrong = {}
    for name, text in batch.payloads.items():
        said = CliRunner().invoke(main, ["explain", "--", str(batch.out), f"{text} {name}"], prog_name="dedup")
        assert said.exit_code == 2
        if bad := obeyed(said.output):
            wrong[name] = bad

    assert wrong == {}


def test_what_restore_says_is_not_obeyed(batch: Ran, tmp_path: Path) -> None:
    """Of every document that its text is another one: the digests are changed."""
    for each in batch.out.iterdir():
        if each.is_file():
            content = each.read_bytes()
            changed = re.sub(rb'"digest":"[0-9a-f]{32}"', b'"digest":"' + b"0" * 32 + b'"', content)
            (tmp_path / each.name).write_bytes(changed if each.name == "sources.jsonl" else content)

    run = CliRunner().invoke(main, ["restore", "--damaged", str(tmp_path)], prog_name="dedup")

    assert run.exit_code == 1
    assert run.stderr.count("\n") == len(list(Result(batch.out).sources()))
    assert obeyed(run.stderr) == []


# ── size ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_texts_of_any_size_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As texts that are kept and copied, and as long ids, sites and titles: explained and reported."""
    records = []
    for number, (name, text) in enumerate(HUGE.items()):
        body = f"{prose(number, 80)}\n\n{text}\n\n{prose(100 + number, 80)}"
        more = {"title": text[:100_000], "site": text[:100_000] + name, "author": text[:100_000]}
        records += [{"id": name, "text": body}, {"id": f"{name}: {text[:50_000]}", "text": body, **more}]
    source = tmp_path / "huge.jsonl"
    source.write_text("\n".join(map(json.dumps, records)), encoding="ascii")

    heard = call("clean", source, "-o", tmp_path / "out", "-j", "1", "-v", "--force")
    monkeypatch.setenv("COLUMNS", "100")
    explained = {record["id"][:40]: call("explain", "--", tmp_path / "out", record["id"]) for record in records}

    assert obeyed(heard + "".join(explained.values())) == []
    assert {id_: len(lines) for id_, lines in explained.items() if max(map(len, lines.split("\n"))) > 1_000} == {}
    assert len(report_page.render(account_of(Result(tmp_path / "out"))).encode()) < 2_000_000
