"""The README shows what really happens: `python -m tests.test_readme --update` (or `make readme`) rewrites it so.

Blocks marked `console` are run (each line after `$ `) and hold their real output; `pycon` blocks are doctests; the
`make` block is a pipeline that is made; the tables of settings, formats and fields are made of
`Config`, `dedup.formats` and `dedup.fields`.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup import Config
from dedup.fields import BODIES, NAMES
from dedup.formats import FORMATS, OUTPUTS
from dedup.stages import STAGES
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

README = ROOT / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRESS = re.compile(rf"^(?:{'|'.join(sorted({stage.name for stage in STAGES.values()}))}): .*/s\n", re.MULTILINE)
GENERATED = re.compile(r"(<!-- (settings|formats|fields) -->\n).*?(?=<!-- /\2 -->)", re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [body for name, body in BLOCK.findall(README.read_text(encoding="utf-8")) if name == kind]


def rendered(readme: str, folder: Path) -> str:
    """The README with the real outputs, run in `folder`."""
    shutil.copytree(ROOT / "seeds", folder / "seeds")

    def block(match: re.Match[str]) -> str:
        if match[1] != "console":
            return match[0]
        commands = [line for line in match[2].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"{line}\n{output(line[2:], folder)}" for line in commands) + "```"

    tables = {"settings": settings, "formats": formats, "fields": names_of_fields}
    return GENERATED.sub(lambda match: match[1] + tables[match[2]](), BLOCK.sub(block, readme))


def output(command: str, folder: Path) -> str:
    """What a command prints, on both streams, in a terminal of 100 columns, and not as if `make test` called it."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    env = {**own, "PATH": path, "COLUMNS": "100", "LC_ALL": "C.UTF-8", "DEDUP_PROGRESS": "none"}
    run = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=env,
        text=True,
        errors="replace",  # `cut` may cut a letter
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = PROGRESS.sub("", run.stdout)  # what is told on a slow machine only
    return said if said.endswith("\n") or not said else said + "\n"


def settings() -> str:
    """The table of all settings."""
    rows = ["| setting | default | what |", "|---|---|---|"]
    for spec in fields(Config):
        known = spec.metadata
        if known.get("choices"):
            said = " One of " + ", ".join(f"`{choice}`" for choice in known["choices"]) + "."
        elif known["low"] is not None:
            said = f" From {known['low']} to {known['high']}." if known["high"] else f" At least {known['low']}."
        else:
            said = ""
        default = spec.default if isinstance(spec.default, str) else str(spec.default).lower()
        rows.append(
            f"| `{spec.name}` | {f'`{default}`' if spec.default not in ('', ()) else ''} | {known['help']}{said} |"
        )
    return "\n".join(rows) + "\n"


def formats() -> str:
    """The table of all formats."""
    rows = ["| format | extensions | a file holds | written as | `--format` |", "|---|---|---|---|---|"]
    for known in FORMATS.values():
        chosen = [each for each in OUTPUTS if each.partition(".")[0] == known.name]
        cells = [known.name, listed(known.extensions), known.holds, known.written or "only read", listed(chosen)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def names_of_fields() -> str:
    """The table of the fields that are known."""
    bodies = {kind: names for kind, (names, _) in BODIES.items()}
    rows = ["| what | fields |", "|---|---|"]
    rows += [f"| {role} | {listed(names)} |" for role, names in {**bodies, **NAMES}.items()]
    return "\n".join(rows) + "\n"


def listed(names: Iterable[str]) -> str:
    return " ".join(f"`{each}`" for each in names)


def test_the_readme_shows_the_real_outputs_and_settings(tmp_path: Path) -> None:
    readme = README.read_text(encoding="utf-8")

    assert rendered(readme, tmp_path) == readme, "run `make readme` and look at the difference"


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "seeds", "seeds")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for number, source in enumerate(blocks("pycon")):
        runner.run(parser.get_doctest(source, {}, f"README example {number}", str(README), 0))

    assert (runner.tries > 0, runner.failures) == (True, 0)


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
def test_the_pipeline_is_made_again_only_when_an_input_changes(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(blocks("make")[0])
    (tmp_path / "dedup.toml").write_text("[dedup]\nmin_words = 20\n")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/a.txt").write_text("The mill on the upper river closed in May.\n")
    (tmp_path / "articles/empty.txt").touch()

    assert "1 document in, 1 out, 1 input failed\n" in output("make", tmp_path)
    assert "is up to date" in output("make", tmp_path)
    manifest = tmp_path / "corpus/manifest.json"
    later = manifest.stat().st_mtime + 10
    (tmp_path / "articles/b.txt").write_text("A second article on another river.\n")
    os.utime(tmp_path / "articles/b.txt", (later, later))
    assert "2 documents in, 2 out, 1 input failed\n" in output("make", tmp_path)
    (tmp_path / "dedup.toml").write_text("[dedup]\nmin_word = 20\n")
    os.utime(tmp_path / "dedup.toml", (later + 10, later + 10))
    failed = output("make", tmp_path)
    assert "unknown setting 'min_word'" in failed
    assert "Error 1" in failed


def update() -> None:
    """Rewrite the README with the real outputs."""
    with tempfile.TemporaryDirectory() as folder:
        README.write_text(rendered(README.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit("usage: python -m tests.test_readme --update")
    update()
