"""The pages of docs/ say what really happens: `python -m tests.test_docs --update` rewrites the outputs they show.

Every page has a folder with `seeds/` and `examples/`, in which its blocks are run in order: `console` blocks by a
shell, and what they print is compared (a line `...` stands for any lines); `pycon` blocks as doctests; a block with a
caption is a file of that name. A block that cannot run here says `no-run` behind its language, and is counted below.
"""

from __future__ import annotations

import doctest
import json
import re
import shlex
import shutil
import sys
import tempfile
import tomllib
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

import dedup
import docs.generate.api
import docs.generate.markdown
from dedup import Config, Kind
from dedup.cli import main
from dedup.cli_common import Setting
from dedup.cli_end import CLOSED, CODES
from dedup.decisions import Decision, parsed
from dedup.settings import NO_SETTINGS
from docs.generate import expanded
from docs.generate.api import GROUPS
from docs.generate.commands import options, walk
from docs.generate.files import FILES
from docs.generate.kinds import MEANING
from tests.conftest import ROOT
from tests.test_readme import output

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from dedup import Result

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
NAMES = [path.relative_to(DOCS).as_posix() for path in PAGES]
FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
CAPTION = re.compile(r"\A:caption: (.+)\n\n?")
RUN = {"console", "pycon", "json", "toml", "make", "yaml", "text"}
"""The languages of blocks; nothing is said in another, which would not be tried."""
NOT_RUN = {
    "github-action/README.md": 1,  # a workflow of GitHub
    "how-to/object-stores.md": 1,  # buckets
    "how-to/review.md": 1,  # an app in a browser
    "how-to/python.md": 1,  # processes, which need a script of their own
    "index.md": 1,  # an installation
    "method/comparison.md": 1,  # measurements, which take hours
    "tutorial.md": 1,  # an installation
}
"""How many blocks of which pages are not run, and why."""


class Block(NamedTuple):
    """A block of code: its language, the file it is, whether it is run, and what stands in it."""

    language: str
    file: str
    is_run: bool
    body: str


def block_of(match: re.Match[str]) -> Block | None:
    """A fence as a block of code; None for a directive that is none."""
    said = match[2].strip()
    if said.startswith("{code-block}"):
        caption = CAPTION.match(match[3])
        language = said.removeprefix("{code-block}").split()[0]
        return Block(language, caption[1] if caption else "", True, match[3][caption.end() if caption else 0 :])
    if said.startswith("{"):
        return None
    language, *rest = said.split() or ["text"]
    return Block(language, "", "no-run" not in rest, match[3])


def blocks(page: Path) -> Iterator[Block]:
    found = map(block_of, FENCE.finditer(page.read_text(encoding="utf-8")))
    return (block for block in found if block)


def prepared(folder: Path) -> Path:
    """A folder that pages run in."""
    for name in ("seeds", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("out", "__pycache__"))
    return folder


def ran(page: Path, folder: Path) -> str:
    """A page with what its console blocks print now; a block that says so already, if only by `...`, stays."""

    def rewritten(match: re.Match[str]) -> str:
        block = block_of(match)
        if block is None or not block.is_run:
            return match[0]
        if block.file:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body, encoding="utf-8")
        if block.language == "pycon":
            tried(block.body, page, folder)
        if block.language != "console":
            return match[0]
        commands = [line for line in block.body.splitlines() if line.startswith("$ ")]
        said = "".join(f"{line}\n{output(line[2:], folder)}" for line in commands)
        return match[0] if agrees(block.body, said) else f"{match[1]}{match[2]}\n{said}{match[1]}"

    return FENCE.sub(rewritten, page.read_text(encoding="utf-8"))


GLOBALS: dict[Path, dict[str, object]] = {}
"""What the doctests of a page have in common, by its folder."""


def tried(source: str, page: Path, folder: Path) -> None:
    """Run a doctest in the folder of its page, with the names of those before it."""
    known = GLOBALS.setdefault(folder, {})
    test = doctest.DocTestParser().get_doctest(source, known, page.name, str(page), 0)
    test.globs = known  # it has made a copy
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        failed = doctest.DocTestRunner().run(test, out=told.append, clear_globs=False).failed
    assert not failed, "".join(told)


def agrees(wanted: str, said: str) -> bool:
    """Whether a text is another, of which lines are left out where `...` stands.

    >>> agrees("a\\n...\\nd\\n", "a\\nb\\nc\\nd\\n"), agrees("a\\n...\\n", "b\\n")
    (True, False)
    """
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", wanted, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*?".join(parts), said) is not None


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path) -> None:
    shown = page.read_text(encoding="utf-8")
    if "import polars" in shown and not (find_spec("polars") and find_spec("pandas")):
        pytest.skip("there are no libraries of data frames")
    if "$ make" in shown and not shutil.which("make"):
        pytest.skip("there is no make here")

    assert ran(page, prepared(tmp_path)) == shown, "run `python -m tests.test_docs --update`, look at the difference"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_a_page_holds_can_be_read_by_what_it_is_for(page: Path) -> None:
    for block in blocks(page):
        assert block.language in RUN or not block.is_run, block
        if block.language == "toml":
            Config.of(tomllib.loads(block.body)["dedup"])
        elif block.file == "decisions.jsonl":
            assert parsed(block.body.encode(), block.file)
        elif block.language == "json":
            for text in block.body.splitlines() if block.file.endswith(".jsonl") else [block.body]:
                assert json.loads(text)


def test_few_blocks_are_not_run() -> None:
    not_run = {name: sum(not block.is_run for block in blocks(page)) for name, page in zip(NAMES, PAGES, strict=True)}

    assert {name: count for name, count in not_run.items() if count} == NOT_RUN


def test_the_stages_for_dvc_are_commands_that_work(tmp_path: Path) -> None:
    [stages] = [block.body for block in blocks(DOCS / "how-to/pipelines.md") if block.language == "yaml"]
    [command] = re.findall("cmd: (.*)", stages)

    assert output(f"{command} && echo done", prepared(tmp_path)) == "done\n"


@pytest.mark.parametrize("module", [docs.generate.markdown, docs.generate.api], ids=lambda module: module.__name__)
def test_what_makes_the_reference_does_what_it_says(module: ModuleType) -> None:
    done = doctest.testmod(module)

    assert (done.attempted > 0, done.failed) == (True, 0)


# ── the reference is whole ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    """Every page by its name, with what is made of the code."""
    return {name: expanded(page.read_text(encoding="utf-8")) for name, page in zip(NAMES, PAGES, strict=True)}


def test_every_command_and_option_is_told(site: dict[str, str]) -> None:
    parts = re.split(r"^## ", site["reference/commands.md"], flags=re.MULTILINE)
    told = {part.partition("\n")[0]: part for part in parts}

    for name, command in walk():
        assert name in told
        for option in options(command):
            if isinstance(option, Setting) and name != "dedup clean":
                continue  # these are told once
            for flag in [*option.opts, *option.secondary_opts]:
                assert re.search(rf"\{{option\}}.*(?<![\w-]){re.escape(flag)}(?![\w-])", told[name]), (name, flag)


def test_the_examples_of_help_can_be_typed() -> None:
    examples = [
        each for _, command in walk() for each in re.findall(r"\bdedup ([a-z][^|>#)\n]*)", command.epilog or "")
    ]
    for each in examples:
        command: click.Command = main
        parent, words = None, shlex.split(each)
        while isinstance(command, click.Group):
            parent = command.make_context(command.name, [], parent, resilient_parsing=True)
            _, found, words = command.resolve_command(parent, words)
            assert found, each
            command = found
        command.make_context(command.name, words, parent)  # raises what is wrong
    assert len(examples) > 20


def test_every_setting_is_told_with_its_default_and_bounds(site: dict[str, str]) -> None:
    for spec in fields(Config):
        [told] = re.findall(
            rf"^```\{{confval\}} {spec.name}\n(.*?)^```$", site["reference/settings.md"], re.MULTILINE | re.DOTALL
        )
        assert f"DEDUP_{spec.name.upper()}" in told
        for bound in (spec.metadata["low"], spec.metadata["high"]):
            assert bound is None or str(bound) in told
        for choice in spec.metadata.get("choices", ()):
            assert not choice or f"`{choice}`" in told


def test_every_kind_is_told_with_an_example(site: dict[str, str]) -> None:
    assert set(MEANING) == set(Kind)
    for kind in Kind:
        [told] = re.findall(rf"^### {kind}\n(.*?)(?=^#|\Z|^\()", site["reference/kinds.md"], re.MULTILINE | re.DOTALL)
        assert "For example, in" in told


def test_every_public_name_is_told(site: dict[str, str]) -> None:
    told = site["reference/api.md"] + site["reference/errors.md"]

    for name in dedup.__all__:
        assert re.search(rf"\{{py:(class|function|exception)\}} {name}\b", told), name
    listed = {name for names in GROUPS.values() for name in names}
    assert listed | {name for name in dedup.__all__ if name.endswith("Error")} == set(dedup.__all__)


def test_every_exit_code_and_variable_is_told(site: dict[str, str]) -> None:
    for code in {0, 1, 2, *CODES.values(), CLOSED, 130, 143, 129}:
        assert re.search(rf"^\|.*\b{code}\b.*\|", site["reference/exit-codes.md"], re.MULTILINE), code
    for name in NO_SETTINGS:
        assert f"`{name}`" in site["reference/environment.md"]


def test_the_fields_of_files_are_those_that_are_written(seeds: Result, tmp_path: Path) -> None:
    """Every field that a run writes is in the table, in its order, and one that is always there always is."""
    (tmp_path / "decisions.jsonl").write_text('{"decision": "keep", "text": "Harbour Gazette"}\n', encoding="utf-8")
    config = Config(provenance=True, markup="markdown", decisions=str(tmp_path / "decisions.jsonl"))
    more = dedup.clean(ROOT / "seeds" / "harbour-gazette", tmp_path / "more", config=config)
    assert [each.name for each in FILES["decisions.jsonl"]] == [each.name for each in fields(Decision)][:-1]
    for name, known in FILES.items():
        if name == "decisions.jsonl":
            continue
        order, always = [each.name for each in known], {each.name for each in known if each.always}
        for result in (seeds, more):
            records = written(result, name)
            for record in records:
                assert [each for each in order if each in record] == [*record], name
                assert always <= set(record), (name, record)
            assert records or name == "failures.jsonl"


def written(result: Result, name: str) -> list[dict[str, object]]:
    """The records of a file of a run; of one of `seeds/bergblick.jsonl`, its own fields, none."""
    if name == "manifest.json":
        return [result.manifest]
    if name == "summary":
        return [result.summary]
    records = [json.loads(line) for line in (Path(str(result.folder)) / name).read_text(encoding="utf-8").splitlines()]
    return [record for record in records if not str(record["id"]).startswith("bb-")]


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────────────

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,3} (.+)$|^\(([\w-]+)\)=$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """What can be linked within a page: its headings as GitHub names them, and its marks."""
    found = set()
    for heading, mark in HEADING.findall(FENCE.sub("", text)):
        found.add(mark or re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


def test_what_is_linked_exists(site: dict[str, str]) -> None:
    marks = {mark for text in site.values() for mark in anchors(text)}
    for name, text in site.items():
        for target in LINK.findall(FENCE.sub("", text)):
            if re.match("https?:", target):
                continue
            path, _, anchor = target.partition("#")
            found = (DOCS / name).parent / path
            assert not path or found.is_file(), f"{name}: {target}"
            linked = site.get(found.resolve().relative_to(DOCS).as_posix(), "") if path else ""
            assert not anchor or anchor in (anchors(linked) if path else marks), f"{name}: {target}"


def test_every_page_is_in_the_table_of_contents() -> None:
    tables = re.findall(
        r"^```\{toctree\}\n.*?^```", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    listed = re.findall(r"^(?:[^`<\n]+<)?([\w/-]+)>?$", "\n".join(tables), re.MULTILINE)

    assert sorted(f"{each}.md" for each in listed) == sorted(set(NAMES) - {"index.md"})


@pytest.mark.skipif(not find_spec("sphinx"), reason="there is no Sphinx here: `make docs` builds the site")
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    said = output(f"{sys.executable} -m sphinx -W --keep-going -n -q -d {tmp_path}/work {DOCS} {tmp_path}/site", ROOT)

    assert said == ""
    pages = [*(tmp_path / "site").rglob("*.html")]
    assert len(pages) > len(PAGES)
    for page in pages:  # nothing is fetched from elsewhere
        assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', page.read_text(encoding="utf-8"))


def update(names: list[str]) -> None:
    """Rewrite the outputs of pages; of all, if none is named."""
    for name, page in zip(NAMES, PAGES, strict=True):
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            page.write_text(ran(page, prepared(Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] != ["--update"]:
        sys.exit("usage: python -m tests.test_docs --update [PAGE...]")
    update(sys.argv[2:])
