"""Every folder in fixtures/golden gives what its `want/` holds, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from tests.golden import FILES, about, cases, found

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_gives_what_it_must(case: Path, request: pytest.FixtureRequest) -> None:
    said = about(case)
    assert said["why"]
    if "known_failure" in said:
        request.applymarker(pytest.mark.xfail(reason=said["known_failure"]))

    for name, content in found(case).items():
        want = (case / "want" / name).read_bytes()

        assert [orjson.loads(line) for line in content.splitlines()] == [
            orjson.loads(line) for line in want.splitlines()
        ], said["why"]
        assert content == want


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_is_whole(case: Path) -> None:
    assert sorted(path.name for path in (case / "want").iterdir()) == sorted(FILES)
    assert any((case / "in").iterdir())
