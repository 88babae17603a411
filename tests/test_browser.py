"""The fixtures of tests/browser.py: what they find, and that they never skip unseen."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

USES = "def test_one(open_page): pass"
PLUGIN = 'pytest_plugins = ["tests.browser"]'


def outcome(folder: Path, test: str = USES, **environment: str) -> str:
    """The last line of what pytest says of a test, in an environment without a browser or with another one."""
    (folder / "conftest.py").write_text(PLUGIN)
    (folder / "test_a.py").write_text(test)
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rsfE", "-p", "no:cacheprovider", "-W", "error", str(folder)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"} | environment,
        check=False,
    )
    return said.stdout


def test_without_a_browser_tests_are_skipped_and_say_why(tmp_path: Path) -> None:
    said = outcome(tmp_path, PATH="", DEDUP_CHROMIUM="", DEDUP_BROWSER="")

    assert said.splitlines()[-1].startswith("1 skipped")
    assert "no Chromium" in said or "Playwright is not installed" in said


def test_where_one_is_required_they_fail(tmp_path: Path) -> None:
    said = outcome(tmp_path, PATH="", DEDUP_CHROMIUM="", DEDUP_BROWSER="required")

    assert said.splitlines()[-1].startswith("1 error")
    assert "DEDUP_BROWSER=required" in said


@pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="Playwright is not installed")
def test_a_browser_that_does_not_start_is_no_reason_to_skip(tmp_path: Path) -> None:
    said = outcome(tmp_path, DEDUP_CHROMIUM=str(tmp_path / "chromium"), DEDUP_BROWSER="")

    assert said.splitlines()[-1].startswith("1 error")
