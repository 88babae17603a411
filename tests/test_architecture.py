"""What may import what, through which door, and how large things may be (design section 4, house rule 9)."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup import kernel
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "dedup"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)

# From low to high; a module imports only what stands in a lower row. `html*` and the like stand for families.
ROWS: list[set[str]] = [
    {"errors", "data", "kernel", "memory", "shelf", "signs", "urls"},
    {"account", "summed"},
    {"arrow_values", "bands", "column_files", "commit", "compressed", "guard", "limits", "lock", "patterns", "process"}
    | {"remote"},
    {"formats", "listing", "tape", "temporary", "worker"},
    {"archive", "nursery", "space"},
    {"workers"},
    {"config", "store", "success", "strings", "run", "runs", "text", "dates", "domains", "find", "model", "records"}
    | {"table"},
    {
        "stages",
        "ahead",
        "resumed",
        "characters",
        "sentences",
        "direct",
        "ending",
        "gathered",
        "settings",
        "work",
        "fields",
        "warc",
    }
    | {"stretches", "written"},
    {"diff"},
    {"sieve", "decode", "words", "spans", "sign", "telling", "cells", "columnar"},
    {"pattern_info", "hashed", "packed", "frames", "rows", "phrases"},
    {"literals", "misread"},
    {"clauses"},
    {"markup", "lexicon", "speech", "threads", "read", "repetition", "sketch"},
    {"verdict", "evidence", "metadata", "places", "sketched", "tables", "decisions"},
    {"html*", "match", "align", "features", "streams", "decided"},
    {"quotations", "conflicts", "keepers", "keyed"},
    {"judge", "passages"},
    {"codes"},
    {"outside", "wanted", "moved", "verified", "segments"},
    {"site", "chrome"},
    {"opening", "extract", "cluster", "clean", "write", "progress", "columns", "batch"},
    {"documents", "trees"},
    {"intact"},
    {"counts", "depfile", "result", "sites", "rulings", "decide", "parts", "upload", "attributes", "remembered"},
    {"shards", "outputs", "indexed"},
    {"summary", "guides"},
    {"pages", "counting", "corpus", "cutting"},
    {"stored"},
    {"candidates", "flags", "settle"},
    {"whole", "seeded"},
    {"reuse", "gone"},
    {"losses", "lined", "duplicates", "removals", "spared"},
    {"against"},
    {"near", "lines", "staged"},
    {"relay", "indexing", "unpacked"},
    {"straight", "index"},
    {"beside", "templating"},
    {"report*"},
    {"pipeline"},
    {"restore", "terminal", "verify", "__init__"},
    {"learn", "sampled", "explained"},
    {"survey"},
    {"review*"},
    {"cli*"},
    {"__main__"},
]
DOORS = {
    "click": {"cli*"},
    "trafilatura": {"html*"},
    "htmldate": {"html*"},
    "lxml": {"html*"},
    "regex": {"patterns"},
    "jinja2": {"templating"},
    "markupsafe": {"templating"},
    "datasketch": {"sign"},
    "tqdm": {"progress"},
    "dateparser": {"dates"},
    "publicsuffixlist": {"domains"},
    "charset_normalizer": {"decode"},
    "warcio": {"warc"},
    "fastwarc": {"warc"},
    "pyarrow": {"arrow_values", "columnar", "rows", "tables", "parts", "frames", "streams"},
    "fsspec": {"remote"},
    "aiohttp": {"remote"},
    "flask": {"review*"},
    "werkzeug": {"review*"},
}
HEAVY = ("numpy", "pyarrow", "scipy", "lxml", "trafilatura", "datasketch", "dateparser", "charset_normalizer", "jinja2")
MAX_LINES, MAX_FUNCTION, MAX_ARGUMENTS = 300, 60, 6


def name_of(path: Path) -> str:
    """A module of the package, or the package within it that it belongs to: `kernel/__init__.py` is `kernel`."""
    return path.stem if path.parent == PACKAGE else path.relative_to(PACKAGE).parts[0]


def family(name: str) -> str:
    """The name under which a module stands in the tables: `html_walk` is of `html*`."""
    return next((f"{each}*" for each in ("html", "report", "review", "cli") if name.startswith(each)), name)


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever the import stands, as a dotted name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: a relative import"
            yield from (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "dedup"
                else [node.module or ""]
            )


def own_imports(path: Path) -> set[str]:
    """The modules of the package that a file imports; `from dedup import Name` counts as the package itself."""
    names = {
        name.split(".")[1] if "." in name else "__init__" for name in imported(path) if name.split(".")[0] == "dedup"
    }
    return {name if (PACKAGE / f"{name}.py").exists() or (PACKAGE / name).is_dir() else "__init__" for name in names}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_imports_only_what_stands_lower(path: Path) -> None:
    row_of = {name: number for number, row in enumerate(ROWS) for name in row}
    own = family(name_of(path))
    assert own in row_of, f"{path.name} stands in no row: give it one"

    wrong = [name for name in own_imports(path) if family(name) != own and row_of[family(name)] >= row_of[own]]

    assert not wrong, f"{path.name} may not import {wrong}"


def test_there_is_no_import_cycle() -> None:
    graph = {name_of(path): own_imports(path) - {name_of(path)} for path in MODULES}

    assert list(TopologicalSorter(graph).static_order())  # raises CycleError and names the cycle


@pytest.mark.parametrize(("package", "doors"), DOORS.items(), ids=DOORS)
def test_a_dependency_has_one_door(package: str, doors: set[str]) -> None:
    users = {name_of(path) for path in MODULES if package in {name.split(".")[0] for name in imported(path)}}

    assert users, f"nothing imports {package}: take it out of the doors and the dependencies"
    assert {family(user) for user in users} <= doors


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_function_fits_a_screen_and_takes_at_most_six_arguments(path: Path) -> None:
    for node in functions(path):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        taken = [argument.arg for argument in arguments if argument.arg not in ("self", "cls")]

        assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION, f"{node.name} is too long"
        # A command line's function has an argument for every flag; click gives them as **settings.
        assert len(taken) <= MAX_ARGUMENTS, f"{node.name} takes {taken}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_the_runner_starts_processes_and_threads(path: Path) -> None:
    spreading = {"multiprocessing", "concurrent", "threading", "asyncio", "joblib"}

    # The server of the review answers several requests at once, and pairs are added by several threads of the runner: a
    # lock is no thread.
    runner, locked = ("run", "workers", "nursery", "worker"), ("review_decisions", "match")
    assert path.stem in (*runner, *locked) or not spreading & {name.split(".")[0] for name in imported(path)}


def test_help_starts_without_the_heavy_libraries() -> None:
    code = f"import sys, dedup.cli; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert found.stdout.split() == []


# What a run over lines of JSONL has no use for; a tenth of a second in all.
PROSE = {
    "lxml", "trafilatura", "htmldate", "dateparser", "charset_normalizer", "publicsuffixlist", "datasketch", "scipy",
    "tqdm", "multiprocessing", "numpy.random", "dedup.extract", "dedup.html", "dedup.html_blocks",
    "dedup.judge", "dedup.lexicon", "dedup.markup", "dedup.repetition", "dedup.staged", "dedup.shards", "dedup.columns",
    "dedup.sites", "dedup.sketch", "dedup.progress", "dedup.terminal", "dedup.threads",
}  # fmt: skip
OF_PASSAGES = {
    "tomllib", "dedup.align", "dedup.candidates", "dedup.clean", "dedup.cluster", "dedup.corpus",
    "dedup.decide", "dedup.flags", "dedup.keyed", "dedup.lined", "dedup.losses", "dedup.passages", "dedup.reuse",
    "dedup.seeded", "dedup.stored", "dedup.table", "dedup.verified", "dedup.words",
}  # fmt: skip


@pytest.mark.skipif(not kernel.NATIVE, reason="without the kernel all documents take the long way")
@pytest.mark.parametrize(("unit", "unwanted"), [("passage", PROSE), ("document", PROSE | OF_PASSAGES)])
def test_lines_start_with_what_they_need(tmp_path: Path, unit: str, unwanted: set[str]) -> None:
    """`dedup clean` over lines of JSONL of which nothing but duplicates goes: see `dedup.lines`. What a report is made
    with is imported when all else is done."""
    text = "The ferry to the island stopped before the mill was sold, and nobody in the village had been asked of it. "
    (tmp_path / "in.jsonl").write_text("".join(f'{{"id": "{id_}", "text": "{text * 3}"}}\n' for id_ in "ab"))
    words = ["dedup", "clean", "in.jsonl", "-o", "out", "-q", "-j", "2", "--keep-chrome", "--unit", unit]
    code = f"""if True:
        import sys, types
        report = sys.modules["dedup.report"] = types.ModuleType("dedup.report")
        report.write = lambda result: print(*sys.modules)
        sys.argv = {words}
        from dedup.cli import main
        main(standalone_mode=False)
    """

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert (tmp_path / "out" / "removed.jsonl").read_bytes().count(b"\n") == 1
    if np.__version__ < "2":
        unwanted = unwanted - {"numpy.random"}  # which NumPy itself imports there
    loaded = set(found.stdout.split())
    assert sorted(unwanted & loaded) == []
    assert [name for name in loaded if name.startswith(("jinja2", "dedup.templating", "dedup.report_"))] == []
    assert {"dedup.straight", "numpy"} <= loaded
