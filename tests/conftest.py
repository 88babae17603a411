"""What several tests use: the demo corpus cleaned once, and the measuring data where it is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import dedup

if TYPE_CHECKING:
    from dedup import Result

ROOT = Path(__file__).parent.parent
pytest_plugins = ["tests.accounts", "tests.browser", "tests.hostile"]

os.environ["DEDUP_PROGRESS"] = "none"  # where all goes slowly, a line in a pipe would come between what is expected
os.environ["COLUMNS"] = "100"  # pytest-xdist says 80, and in a pipe there are 100
settings.register_profile("dedup", deadline=None)  # no test asserts a time
settings.load_profile("dedup")


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The demo corpus, cleaned with the default settings."""
    return dedup.clean(ROOT / "seeds", tmp_path_factory.mktemp("seeds") / "out")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measuring data that is not part of the project."""
    if not os.environ.get("DEDUP_SHARED"):
        pytest.skip("DEDUP_SHARED does not name the folder of measuring data")
    return Path(os.environ["DEDUP_SHARED"]).resolve()


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands in the process of the tests read documents in it, too, so that tests reach what does that, and wait for
    no process; the program in a process of its own, and the runners (`tests/test_run.py`), do as they always do."""
    monkeypatch.setattr("dedup.run._ALONE", set())
    monkeypatch.setattr("dedup.cli_common.EXTRACTS", "")
