"""Settings: what is wrong with one is said at once, with its name and what it may be."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from dedup import Config, SettingError

if TYPE_CHECKING:
    from pathlib import Path


def test_every_setting_has_a_help_text_and_a_default_that_is_allowed() -> None:
    assert all(spec.metadata["help"].endswith(".") for spec in fields(Config))
    assert Config() == Config.of({})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"threshold": 1.5}, "threshold = 1.5: must be from 0.5 to 1.0"),
        ({"threshold": 0.49}, "threshold = 0.49: must be from 0.5 to 1.0"),
        ({"threshold": float("nan")}, "threshold = nan: must be from 0.5 to 1.0"),
        ({"threshold": "0.8"}, "threshold = '0.8': must be of type float"),
        ({"threshold": True}, "threshold = True: must be of type float"),
        ({"min_words": 4}, "min_words = 4: must be from 5 to 1000"),
        ({"min_words": 15.0}, "min_words = 15.0: must be of type int"),
        ({"max_bytes": 10}, "max_bytes = 10: must be at least 1000"),
        ({"keep": "newest"}, "keep = 'newest': must be one of earliest, longest, first"),
        ({"keep_chrome": 1}, "keep_chrome = 1: must be of type bool"),
        ({"keep_kinds": ("footers",)}, "keep_kinds = 'footers': must be one of navigation, header"),
        ({"keep_kinds": "footer"}, "keep_kinds = 'footer': must be of type tuple"),
        ({"encoding": "klingon"}, "encoding = 'klingon': is no encoding of text; known are utf-8, "),
        ({"encoding": "rot13"}, "encoding = 'rot13': is no encoding of text"),
        ({"encoding": "hex"}, "encoding = 'hex': is no encoding of text"),
        ({"encoding": "undefined"}, "encoding = 'undefined': is no encoding of text"),
        ({"encoding": "unicode_escape"}, "encoding = 'unicode_escape': is no encoding of text"),
        ({"encoding": "a\0"}, "encoding = 'a\\x00': is no encoding of text"),
        ({"site": "a\udcff"}, "site = 'a\\udcff': holds what is not UTF-8"),
        ({"max_bytes": 2**64}, "max_bytes = 18446744073709551616: must be at most 9007199254740991"),
        ({"format": "xls"}, "format = 'xls': must be one of auto, markdown, text, jsonl, jsonl.gz, "),
        ({"lsh_recall": 1.0}, "lsh_recall = 1.0: must be from 0.5 to 0.9999"),
        ({"lsh_similarity": 0.05}, "lsh_similarity = 0.05: must be from 0.1 to 1.0"),
        (
            {"lsh_recall": 0.9999, "lsh_similarity": 0.1, "num_perm": 16},
            "lsh_recall = 0.9999, lsh_similarity = 0.1: num_perm = 16 reaches at most lsh_recall = 0.8146; ",
        ),
        ({"min_word": 20}, "unknown setting 'min_word'; there are: format, shard_size, "),
    ],
)
def test_a_wrong_setting_says_what_it_may_be(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as raised:
        Config.of(values)

    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    "values",
    [
        {"threshold": 0.5},
        {"threshold": 1},
        {"keep_kinds": ["footer"]},
        {"min_words": 5},
        {"lsh_recall": 0.9999},
        {"lsh_similarity": 1},
        {"lsh_recall": 0.8146, "lsh_similarity": 0.1, "num_perm": 16},
    ],
)
def test_the_ends_of_a_range_are_allowed(values: dict[str, Any]) -> None:
    assert isinstance(Config.of(values), Config)


def test_the_digest_is_of_every_setting() -> None:
    other: dict[str, Any] = {
        "format": "text", "site": "a.example", "markup": "markdown",
        "headings": False, "tables": False, "captions": True, "comments": True, "sites": "s.json",
        "decisions": "d.jsonl", "encoding": "cp1252", "keep_chrome": True, "keep_duplicates": True,
        "keep_kinds": ("footer",), "keep": "first", "min_articles": 4, "min_words": 16, "threshold": 0.9, "shingle": 4,
        "num_perm": 256, "lsh_recall": 0.9, "lsh_similarity": 0.7, "max_bytes": 5_000,
        "max_seconds": 1.5, "max_memory": 64,
        "headline": True,
        "site_order": ("a.example",), "within": True, "across_sites_only": True, "unit": "document",
        "shard_size": 5, "emit": "attributes", "provenance": True, "input_format": "csv",
        "text_field": "body", "id_field": "key",
        "url_field": "link", "site_field": "host", "title_field": "head", "author_field": "by", "date_field": "day",
        "language_field": "lang",
        "against": "old.index", "match": "index", "report": False,
    }  # fmt: skip
    assert set(other) == {spec.name for spec in fields(Config)}, "a new setting: give it another value here"

    needs: dict[str, dict[str, Any]] = {"site_order": {"keep": "site-order"}}  # the one that needs another setting
    other["keep"] = "longest"
    digests = {replace(Config(), **({name: value} | needs.get(name, {}))).digest for name, value in other.items()}

    assert len(digests | {Config().digest}) == len(other) + 1
    assert Config().digest == Config().digest


def test_lists_of_a_file_are_tuples(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    lines = ("[dedup]", 'keep = "site-order"', 'keep_kinds = ["footer"]', 'site_order = ["a.example"]')
    path.write_text("\n".join(lines), encoding="utf-8")
    expected = Config(keep="site-order", keep_kinds=("footer",), site_order=("a.example",))

    assert Config.load(path) == expected
    assert hash(Config.load(path)) == hash(expected)


def test_an_order_of_sites_is_needed_where_they_decide() -> None:
    with pytest.raises(SettingError, match="keep = 'site-order': site_order names no site"):
        Config(keep="site-order")
    with pytest.raises(SettingError, match="keep = 'earliest': site_order is for keep = 'site-order'"):
        Config(site_order=("a.example",))


@pytest.mark.parametrize(
    "table", ["[dedup]\nmin_words = 20\n", "[tool.dedup]\nmin_words = 20\n", "[tool.black]\n[dedup]\nmin_words = 20\n"]
)
def test_a_file_is_read_and_what_is_typed_wins(table: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(table, encoding="utf-8")

    assert Config.load(path) == Config(min_words=20)
    assert Config.load(path, {"min_words": 30}) == Config(min_words=30)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[dedup]\nmin_word = 20\n", "unknown setting 'min_word'"),
        ("[dedup]\nthreshold = 3.0\n", "threshold = 3.0: must be from 0.5 to 1.0"),
        ("[other]\n", "has no [dedup] table"),
        ("dedup = 3\n", "has no [dedup] table"),
        ("tool = 3\n", "has no [dedup] table"),
        ("[dedup\n", "cannot be read as TOML"),
        ("\udcff", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_says_where_and_what(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))

    with pytest.raises(SettingError) as raised:
        Config.load(path)

    assert message in str(raised.value)
    assert str(raised.value).startswith(f"{path}: ")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="No such file"):
        Config.load(tmp_path / "none.toml")


def test_what_is_wrong_among_the_changes_does_not_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[dedup]\nlsh_similarity = 0.1\nnum_perm = 16\n", encoding="utf-8")

    with pytest.raises(SettingError, match=r"^encoding = 'klingon': is no encoding of text"):
        Config.load(path, {"encoding": "klingon"})
    with pytest.raises(SettingError, match=r"settings\.toml: lsh_recall = 0\.9, lsh_similarity = 0\.1: "):
        Config.load(path, {"lsh_recall": 0.9})
    assert Config.load(path, {"lsh_recall": 0.8}) == Config(lsh_recall=0.8, lsh_similarity=0.1, num_perm=16)


@pytest.mark.parametrize("name", ["utf-8", "Latin-1", "cp1252", "utf_16", "shift-jis", "EUC-KR"])
def test_an_encoding_may_have_any_name_of_its_own(name: str) -> None:
    assert Config(encoding=name).encoding == name
