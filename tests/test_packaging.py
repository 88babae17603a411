"""What packages, containers and the action are made of, as far as that can be told without making them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ACTION = ROOT / "docs" / "github-action"


def test_every_dependency_has_a_lowest_version_that_is_tested() -> None:
    """`make test-lowest` installs the lowest that pyproject.toml names, of what dedup needs and of `dev`."""
    extras = PROJECT["project"]["optional-dependencies"]
    of_users = {each for name in ("remote", "s3", "fastwarc", "brotli") for each in extras[name]}
    named = [*PROJECT["project"]["dependencies"], *(each for extra in extras.values() for each in extra)]

    assert of_users - {"dedup-corpus[remote]"} <= set(extras["dev"])
    assert [each for each in named if ">=" not in each] == ["dedup-corpus[remote]"]


def test_what_is_pinned_is_the_lowest_that_is_named() -> None:
    """After a change of these: `make lowest`."""
    named = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]

    assert {as_pinned(each.replace(">=", "==")) for each in named} <= set(map(as_pinned, pinned("lowest")))


PINS = {"lowest": [], **PROJECT["dependency-groups"]}


def pinned(name: str) -> list[str]:
    """The lines of a file of pins that name what is installed."""
    lines = (ROOT / ".ci" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.removesuffix("\\").strip() for line in lines if not line.startswith(" ")]


@pytest.mark.parametrize("name", PINS)
def test_what_ci_installs_is_pinned_with_hashes(name: str) -> None:
    """After a change of these: `make lowest`."""
    content = (ROOT / ".ci" / f"{name}.txt").read_text(encoding="utf-8")
    each = re.split(r"\n(?! )", content.strip())

    assert [one for one in each if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", one, re.DOTALL)] == []
    assert {as_pinned(one.replace(">=", "=="))[0] for one in PINS[name]} <= {as_pinned(one)[0] for one in pinned(name)}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    installed = [line for line in makefile if f"-r .ci/{name}.txt" in line]
    assert [line for line in installed if "--require-hashes" in line] == installed != []


def test_the_bill_of_materials_names_what_is_in_our_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    sbom = import_module("sbom")
    third = {path.name.split(".")[0] for path in (ROOT / "dedup/kernel/third_party").glob("*.h")}

    assert {each["name"] for each in sbom.vendored()} == third
    said = (ROOT / "dedup/kernel/third_party/README.md").read_text(encoding="utf-8")
    assert all(f" {each['version']} " in said for each in sbom.vendored())


def as_pinned(dependency: str) -> tuple[str, str]:
    """The name and the version of what is pinned, however they are written."""
    name, version = re.split("==|[,;]", dependency)[:2]
    return re.sub(r"\[.*|[._-]", lambda found: "" if found[0][0] == "[" else "-", name), re.sub(r"(\.0)+$", "", version)


def test_the_lowest_versions_of_what_builds_the_kernel_are_tested() -> None:
    lowest = (ROOT / ".ci" / "lowest-build.txt").read_text(encoding="utf-8").split()

    assert lowest == [each.replace(">=", "==") for each in PROJECT["build-system"]["requires"]]


def test_the_pythons_are_the_same_everywhere() -> None:
    said = [line.rsplit(" ", 1)[1] for line in PROJECT["project"]["classifiers"] if "Python :: 3." in line]
    wheels = PROJECT["tool"]["cibuildwheel"]["build"]

    assert [f"cp{version.replace('.', '')}-*" for version in said] == wheels
    assert PROJECT["project"]["requires-python"] == f">={said[0]}"
    assert f"for version in {' '.join(said)}; do" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_readme_has_the_size_of_every_extra() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("<!-- sizes -->")[1].split("<!-- /sizes -->")[0]

    told = set(re.findall(r"`dedup-corpus\[(\w+)\]`", table))
    assert told == set(PROJECT["project"]["optional-dependencies"]) - {"dev", "docs"}, "make sizes"


def test_the_container_is_made_of_what_it_is_given() -> None:
    given = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))

    assert {name for name in given if not (ROOT / name).exists()} == set()
    assert {"pyproject.toml", "dedup", *PROJECT["build-system"]["backend-path"]} <= given
    assert PROJECT["project"]["readme"] in given


def act(step: str, folder: Path, **given: str) -> tuple[int, dict[str, str], str]:
    """Run a step of the action as a runner does: how it ended, its outputs, and what it said."""
    output, summary = folder / "output", folder / "summary"
    output.touch()
    env = {"PATH": os.environ["PATH"], "GITHUB_ACTION_PATH": str(ACTION), "GITHUB_OUTPUT": str(output)}
    env |= {"GITHUB_STEP_SUMMARY": str(summary), "VENV": sys.prefix, "VERSION": "", **given}
    command = ["bash", str(ACTION / "action.sh"), step]
    run = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return run.returncode, dict(line.split("=", 1) for line in output.read_text().splitlines()), run.stdout + run.stderr


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A text and its copy, with an input that cannot be used in `broken`."""
    text = (
        "The ferry to the island stopped before the mill was sold, and nobody in the village had been asked of it. " * 3
    )
    for name, held in {"one/a.txt": text, "two/b.txt": text, "broken/c.txt": ""}.items():
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(held)
    return tmp_path


@pytest.mark.skipif(not shutil.which("bash"), reason="the action needs bash")
@pytest.mark.parametrize(
    ("paths", "fail_on", "status", "outputs"),
    [
        ("one", "removals", 0, {"documents": "1", "removed": "0", "failures": "0"}),
        ("one two", "failures", 0, {"documents": "1", "removed": "1", "failures": "0"}),
        ("one\ntwo", "removals", 1, {"documents": "1", "removed": "1", "failures": "0"}),
        ("one broken", "error", 0, {"documents": "1", "removed": "0", "failures": "1"}),
        ("one broken", "failures", 1, {"documents": "1", "removed": "0", "failures": "1"}),
        ("one broken", "removals", 1, {"documents": "1", "removed": "0", "failures": "1"}),
        ("one", "never", 2, {}),
        ("nowhere", "error", 2, {}),
        ("one;touch${IFS}here $(touch here)", "error", 2, {}),
    ],
)
def test_the_action_fails_where_it_is_asked_to(
    corpus: Path, paths: str, fail_on: str, status: int, outputs: dict[str, str]
) -> None:
    assert act("clean", corpus, PATHS=paths, OUT="out", ARGS="--unit document", FAIL_ON=fail_on)[:2] == (
        status,
        outputs,
    )
    assert not (corpus / "here").exists()


@pytest.mark.skipif(not shutil.which("git"), reason="the key is git's digest of the source")
def test_the_action_keeps_an_environment_for_each_version_and_source(tmp_path: Path) -> None:
    assert act("key", tmp_path, VERSION="0.1.0")[:2] == (0, {"key": "0.1.0"})

    code, outputs, _ = act("key", tmp_path)
    assert code == 0
    assert re.fullmatch("[0-9a-f]{40}", outputs["key"])


def test_every_input_of_the_action_reaches_a_step() -> None:
    text = (ACTION / "action.yml").read_text(encoding="utf-8")
    inputs = re.findall(r"^  ([\w-]+):$", text.split("outputs:")[0], re.MULTILINE)

    assert inputs == ["paths", "out", "args", "fail-on", "version", "python-version"]
    assert [name for name in inputs if f"inputs.{name} " not in text] == []
