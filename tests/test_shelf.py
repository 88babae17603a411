"""What is kept for the next process: it is what would be made, and what is wrong in the file does no harm."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dedup import characters
from dedup.clauses import names, table
from dedup.lexicon import dom_rules, rules
from dedup.patterns import load, pattern, store
from dedup.shelf import Shelf, as_it_is
from dedup.text import CLASSES
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import regex


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Shelf]:
    """A process's view of a file in a folder of its own."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return lambda: Shelf(tmp_path / "lexicon" / "made.py")


def answer(shelf: Shelf, text: str = "a") -> object:
    """What the shelf gives: what it has kept, or `made`."""
    return shelf.get(text, lambda: "made", as_it_is, as_it_is)


def kept(shelf: Callable[[], Shelf], *texts: str) -> Path:
    """The file after a process that kept something for these texts."""
    first = shelf()
    for text in texts or ("a",):
        first.get(text, lambda: "kept", as_it_is, as_it_is)
    first.save()
    return first.path


def test_the_next_process_has_what_was_made(shelf: Callable[[], Shelf]) -> None:
    path = kept(shelf)

    assert (answer(shelf()), answer(shelf(), "b")) == ("kept", "made")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert path.parent.name == "__pycache__"
    assert path.suffix == ".pyc"


def test_two_processes_keep_what_both_made(shelf: Callable[[], Shelf]) -> None:
    one, other = shelf(), shelf()
    for each, text in ((one, "a"), (other, "b")):
        each.get(text, lambda: "kept", as_it_is, as_it_is)
    one.save()
    other.save()

    assert [answer(shelf(), text) for text in "ab"] == ["kept", "kept"]


def test_processes_that_end_together_lose_nothing(tmp_path: Path) -> None:
    """All read before any has written, if they may: without a lock something was lost in 58 of 60 such rounds."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from dedup.shelf import Shelf, as_it_is\n"
        "shelf = Shelf(Path(sys.argv[1]))\n"
        "shelf.get(sys.argv[2], lambda: 'kept' * 100_000, as_it_is, as_it_is)\n"
        "print(flush=True)\n"
        "sys.stdin.read()\n"  # until all are as far
    )
    (tmp_path / "program.py").write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    names = list("abcdef")
    command = [sys.executable, str(tmp_path / "program.py"), str(tmp_path / "made.py")]
    started = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        for name in names
    ]
    for each in started:
        assert each.stdout
        each.stdout.readline()
    for each in started:
        assert each.stdin
        each.stdin.close()
    assert [each.wait() for each in started] == [0] * len(names)
    for each in started:
        assert each.stdout
        each.stdout.close()

    shelf = Shelf(tmp_path / "made.py")
    assert [answer(shelf, name) == "kept" * 100_000 for name in names] == [True] * len(names)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:0],
        lambda content: content[:20],
        lambda content: content[:-1],
        lambda content: content[:-3] + bytes([content[-3] ^ 1]) + content[-2:],
        lambda content: bytes([content[0] ^ 1]) + content[1:],  # another Python
    ],
)
def test_a_damaged_or_foreign_file_is_not_used(shelf: Callable[[], Shelf], damage: Callable[[bytes], bytes]) -> None:
    path = kept(shelf)
    path.write_bytes(damage(path.read_bytes()))

    assert answer(shelf()) == "made"


def test_what_cannot_be_loaded_is_made_anew(shelf: Callable[[], Shelf]) -> None:
    def refuse(_: object) -> str:
        raise LookupError("of another version")

    kept(shelf)

    assert shelf().get("a", lambda: "made", as_it_is, refuse) == "made"


def test_nothing_is_written_where_python_writes_no_bytecode(
    shelf: Callable[[], Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert not kept(shelf).exists()


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path, shelf: Callable[[], Shelf]) -> None:
    (tmp_path / "lexicon").write_text("no folder")

    assert not kept(shelf).exists()


def test_without_a_cache_tag_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    shelf = Shelf(tmp_path / "made.py")

    assert answer(shelf) == "made"
    shelf.save()
    assert list(tmp_path.iterdir()) == []


def test_a_file_full_of_old_things_begins_anew(shelf: Callable[[], Shelf], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.shelf.MOST", 2)
    kept(shelf, "a", "b")
    kept(shelf, "c")

    assert [answer(shelf(), text) for text in "abc"] == ["made", "made", "kept"]


def matched(found: Any) -> object:
    return found and (found.span(), found.groupdict(), found.spans(*range(found.re.groups + 1)))


def as_kept(made: regex.Pattern[str]) -> regex.Pattern[str]:
    return load(marshal.loads(marshal.dumps(store(made))))


def test_patterns_that_were_kept_match_as_those_that_were_compiled() -> None:
    """Every rule on every case of the lexicon."""
    lines = (ROOT / "fixtures/lexicon.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [case.get("text") or case["path"] for case in map(json.loads, lines)]
    sources = [rule.pattern for rule in rules()] + [rule.pattern for rule in dom_rules()]
    pairs = [(pattern(each), as_kept(pattern(each))) for each in sources]

    for made, loaded in [*pairs, *((each, as_kept(each)) for each in CLASSES.values())]:
        assert (made.pattern, made.flags, made.groupindex) == (loaded.pattern, loaded.flags, loaded.groupindex)
    wrong = [
        (made.pattern, case)
        for made, loaded in pairs
        for case in cases[::5]
        if matched(made.search(case)) != matched(loaded.search(case))
    ]
    assert wrong == []


def test_tables_that_were_kept_are_equal() -> None:
    assert all(marshal.loads(marshal.dumps(table(name))) == table(name) for name in names())


def runs(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of Python that keeps what it makes in a folder of its own."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)


def test_a_run_gives_the_same_with_and_without(tmp_path: Path) -> None:
    """The first run compiles and keeps, the second loads, and both write the same."""
    first, second = (runs(tmp_path, *"-m dedup clean seeds -o - -q -j 1".split()) for _ in range(2))

    assert first.stdout
    assert (first.stdout, first.stderr, first.returncode) == (second.stdout, second.stderr, second.returncode)
    assert len(list(tmp_path.rglob("made.*.pyc"))) == 1


def test_the_processes_of_a_pool_keep_what_they_made(tmp_path: Path) -> None:
    program = (
        "from dedup.run import pool\n"
        "from dedup.patterns import pattern\n"
        "if __name__ == '__main__': list(pool(2)(pattern, ['only in a worker', 'only in a worker']))\n"
    )
    (tmp_path / "program.py").write_text(program)

    made = runs(tmp_path / "kept", str(tmp_path / "program.py"))
    load = "import regex, dedup.patterns; regex.compile = lambda *_: 1 / 0; dedup.patterns.pattern('only in a worker')"
    loaded = runs(tmp_path / "kept", "-c", load)

    assert [(each.stderr, each.returncode) for each in (made, loaded)] == [("", 0), ("", 0)]


def test_pages_of_characters_are_kept_up_to_punctuation(
    shelf: Callable[[], Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are those that would be made, and the next process makes none of them; of others none is kept."""
    made: list[int] = []
    real = characters.made

    def noted(number: int) -> characters.Page:
        made.append(number)
        return real(number)

    monkeypatch.setattr(characters, "made", noted)
    pages = [0, 4, 0x20, 0x21, 0x4E]
    for expected in (pages, [0x21, 0x4E]):
        own = shelf()
        monkeypatch.setattr(characters, "SHELF", own)
        made.clear()
        assert [characters.page(number) for number in pages] == [real(number) for number in pages]
        assert made == expected
        own.save()
