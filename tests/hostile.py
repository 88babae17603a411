"""Runs over batches of hostile texts, made once a process: fixtures `hostile` and `batch`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest
from click.testing import CliRunner

from dedup.cli import main
from tests.payloads import BATCHES, corpus, harmless

if TYPE_CHECKING:
    from pathlib import Path


class Ran(NamedTuple):
    """A batch of payloads that a run went over, and what the run said on standard error."""

    payloads: dict[str, str]
    source: Path
    out: Path
    said: str


def call(*words: str | Path) -> str:
    """What the command line prints into a pipe, on both streams."""
    run = CliRunner().invoke(main, [str(word) for word in words], prog_name="dedup")
    assert run.exit_code in (0, 1), run.output
    return run.output


@cache
def ran(folder: Path, name: str, *, plain: bool = False) -> Ran:
    """The run over a batch: with words in the place of the payloads if it is to be `plain`."""
    payloads = harmless(BATCHES[name]) if plain else BATCHES[name]
    place = folder / f"{name}-{plain}"
    place.mkdir()
    source = corpus(place / "in", payloads)
    said = call("clean", source, "-o", place / "out", "-j", "1", "-v", "--force")
    return Ran(payloads, source, place / "out", said)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of these runs."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="session", params=BATCHES)  # so that the tests of a batch follow each other, in one process
def batch(request: pytest.FixtureRequest, hostile: Path) -> Ran:
    """The run over each batch of payloads."""
    return ran(hostile, request.param)
