"""Where settings come from, and `dedup config`, which prints them."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dedup import Config, SettingError
from dedup.cli import main
from dedup.settings import PRESETS, Settings, as_toml, merged, presets

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result as Run

NOTHING: dict[str, str] = {}


def call(*words: str | Path, **environ: str) -> Run:
    """Run the command line here, with more in the environment."""
    return CliRunner(env=environ).invoke(main, [str(word) for word in words], prog_name="dedup")


def printed(run: Run) -> Config:
    """The settings that were printed."""
    assert run.exit_code == 0, run.stderr
    return Config.of(tomllib.loads(run.stdout)["dedup"])


# ── which one wins ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("have", "wins", "origin"),
    [
        ("flag variable file preset", 31, "flag"),
        ("variable file preset", 32, "DEDUP_MIN_WORDS"),
        ("file preset", 33, "my.toml"),
        ("preset", 80, "preset books"),
        ("", 15, "default"),
        ("flag", 31, "flag"),
        ("flag preset", 31, "flag"),
        ("variable preset", 32, "DEDUP_MIN_WORDS"),
    ],
)
def test_flag_before_environment_before_file_before_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, have: str, wins: int, origin: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.toml").write_text("[dedup]\nmin_words = 33\n")
    environ = {"DEDUP_MIN_WORDS": "32"} if "variable" in have else {}
    words = [
        *(["--min-words", "31"] if "flag" in have else []),
        *(["--config", "my.toml"] if "file" in have else []),
        *(["--preset", "books"] if "preset" in have else []),
    ]

    run = call("config", *words, **environ)

    assert printed(run).min_words == wins
    assert f"\nmin_words = {wins}  # {origin}\n" in run.stdout
    assert printed(run).keep_chrome == ("preset" in have)  # of a preset stays what nothing else names


def test_clean_takes_them_all(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The mill closed.\n")

    words = ("clean", tmp_path / "a.txt", "-o", tmp_path / "out", "-q", "--preset", "books", "--min-words", "31")
    run = call(*words, DEDUP_KEEP="first")

    assert run.exit_code == 0
    config = json.loads((tmp_path / "out/manifest.json").read_bytes())["config"]
    assert (config["min_words"], config["keep"], config["keep_chrome"]) == (31, "first", True)


VALUES: dict[str, tuple[str, Any]] = {
    "min_words": ("20", 20),
    "threshold": ("0.9", 0.9),
    "keep_chrome": ("yes", True),
    "headings": ("0", False),
    "keep_kinds": ("caption, byline", ("caption", "byline")),
    "site": ("a.example", "a.example"),
    "format": ("jsonl.zst", "jsonl.zst"),
}


@pytest.mark.parametrize("name", VALUES)
def test_the_environment_has_a_variable_for_each_setting(name: str) -> None:
    text, value = VALUES[name]

    found = merged({}, None, None, {f"DEDUP_{name.upper()}": text})

    assert getattr(found.config, name) == value
    assert found.origins[name] == f"DEDUP_{name.upper()}"


def test_every_setting_can_be_set_by_its_variable() -> None:
    for spec in fields(Config):
        default = spec.default
        text = ",".join(default) if isinstance(default, tuple) else str(default)
        assert getattr(merged({}, None, None, {f"DEDUP_{spec.name.upper()}": text}).config, spec.name) == default


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("DEDUP_MIN_WORDS", "few", "DEDUP_MIN_WORDS = 'few': must be a whole number"),
        ("DEDUP_MIN_WORDS", "", "DEDUP_MIN_WORDS = '': must be a whole number"),
        ("DEDUP_MIN_WORDS", "1", "DEDUP_MIN_WORDS: min_words = 1: must be from 5 to 1000"),
        ("DEDUP_THRESHOLD", "high", "DEDUP_THRESHOLD = 'high': must be a number"),
        ("DEDUP_THRESHOLD", "nan", "DEDUP_THRESHOLD: threshold = nan: must be from 0.5 to 1.0"),
        ("DEDUP_WITHIN", "maybe", "DEDUP_WITHIN = 'maybe': must be true or false"),
        ("DEDUP_KEEP", "best", "DEDUP_KEEP: keep = 'best': must be one of earliest"),
        ("DEDUP_KEEP_KINDS", "passage", "DEDUP_KEEP_KINDS: keep_kinds = 'passage': must be one of"),
        ("DEDUP_ENCODING", "klingon", "DEDUP_ENCODING: encoding = 'klingon': is no encoding of text"),
    ],
)
@pytest.mark.parametrize("words", [["config"], ["clean", "in", "-o", "out"]], ids=["config", "clean"])
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], variable: str, text: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)

    run = call(*words, **{variable: text})

    assert (run.exit_code, run.stdout) == (2, "")
    assert f"Error: {said}" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_variable_that_is_no_setting_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The mill closed.\n")
    environ = {"DEDUP_MIN_WORD": "20", "DEDUP_KERNEL": "python", "DEDUP_SHARED": "x", "_DEDUP_COMPLETE": ""}

    run = call("config", **environ)
    assert run.stderr == "Warning: DEDUP_MIN_WORD is no setting; see dedup config\n"
    assert printed(run) == Config()
    assert call("clean", tmp_path / "a.txt", "--dry-run", "-q", **environ).stderr == ""


def test_what_is_wrong_says_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[dedup]\nmin_word = 20\n")

    with pytest.raises(SettingError, match=r"my\.toml: unknown setting 'min_word'"):
        merged({}, str(file), None, NOTHING)
    file.write_text("[dedup]\nlsh_similarity = 0.1\nnum_perm = 16\n")
    with pytest.raises(SettingError, match=r"my\.toml: lsh_recall = 0\.9, lsh_similarity = 0\.1: "):
        merged({"lsh_recall": 0.9}, str(file), None, NOTHING)
    with pytest.raises(SettingError, match=r"^threshold = 3"):
        merged({"threshold": 3.0}, str(file), None, NOTHING)


# ── dedup config ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_it_prints_is_taken_back(tmp_path: Path) -> None:
    first = call("config", "--preset", "news", "--keep-kinds", "share", "--site", 'the "first"\t\\ site', "--within")
    (tmp_path / "all.toml").write_text(first.stdout)

    assert printed(call("config", "--config", tmp_path / "all.toml")) == printed(first)
    assert printed(first).site == 'the "first"\t\\ site'
    assert Config.load(tmp_path / "all.toml") == printed(first)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.sampled_from(["share", "byline"])), st.booleans())
def test_any_text_is_printed_as_toml(site: str, kinds: list[str], truth: bool) -> None:
    config = Config(site=site, keep_kinds=tuple(kinds), within=truth, threshold=0.5 + truth / 3)
    origins = dict.fromkeys(asdict(config), site)  # a file may have any name

    text = "".join(f"{line}\n" for line in as_toml(Settings(config, origins, [])))

    assert Config.of(tomllib.loads(text)["dedup"]) == config


def test_each_is_printed_with_meaning_unit_range_default_and_origin() -> None:
    lines = call("config").stdout

    assert (
        "\n# Shortest duplicate passage, in words; a CJK character counts half.\n"
        "# In words, from 5 to 1000. Default: 15.\n"
        "min_words = 15  # default\n"
    ) in lines
    assert "\n# In bytes, at least 1000. Default: 20000000.\nmax_bytes = 20000000  # default\n" in lines
    assert "\n# A share of words, from 0.5 to 1.0. Default: 0.8.\nthreshold = 0.8  # default\n" in lines
    assert '\n# One of "passage", "document". Default: "passage".\nunit = "passage"  # default\n' in lines
    assert "\n# Either true or false. Default: false.\nkeep_chrome = false  # default\n" in lines
    for spec in fields(Config):
        assert lines.count(f"\n# {spec.metadata['help']}\n") == 1
        assert lines.count(f"\n{spec.name} = ") == 1
    assert max(map(len, lines.splitlines())) <= 120


@pytest.mark.parametrize("spec", fields(Config), ids=lambda spec: spec.name)
def test_a_number_says_what_it_counts(spec: Any) -> None:
    assert (spec.metadata["low"] is not None) == bool(spec.metadata.get("measure"))


# ── presets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_the_presets_that_are_promised() -> None:
    assert presets() == ["books", "code-docs", "news", "web"]


@pytest.mark.parametrize("name", presets())
def test_a_preset_says_why(name: str) -> None:
    text = (PRESETS / f"{name}.toml").read_text(encoding="utf-8")
    config = Config.load(PRESETS / f"{name}.toml")

    assert config != Config()
    assert config == printed(call("config", "--preset", name))
    for paragraph in text.split("[dedup]\n")[1].strip().split("\n\n"):
        assert paragraph.startswith("# "), f"no reason is given for {paragraph!r}"


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    run = call("config", "--preset", "blogs")

    assert run.exit_code == 2
    assert "'blogs' is not one of 'books', 'code-docs', 'news', 'web'" in run.stderr
