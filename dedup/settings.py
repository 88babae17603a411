"""The settings of a run from all the places where they may stand: flag, environment, file, preset, default; the first
that has one wins. And all of them as TOML, each with what it means and where it came from."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.config import Config, check_all, table_of
from dedup.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRESETS = Path(__file__).parent / "presets"
VARIABLE = "DEDUP_"
NO_SETTINGS = {"DEDUP_KERNEL", "DEDUP_INSTRUCTIONS", "DEDUP_SHARED", "DEDUP_PROGRESS"}
"""Variables of this name that are none."""
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class Settings(NamedTuple):
    """A config; where each of its values came from; and variables that look like settings and are none."""

    config: Config
    origins: dict[str, str]
    unknown: list[str]


def presets() -> list[str]:
    """The names of the presets."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def merged(typed: Mapping[str, Any], file: str | None, preset: str | None, environ: Mapping[str, str]) -> Settings:
    """The settings: those typed, else those of the environment, of the file, of the preset, else the defaults.

    Raises:
        SettingError: one cannot be; it says where that stands.
    """
    origins = dict.fromkeys((spec.name for spec in fields(Config)), "default")
    values: dict[str, Any] = {}
    layers: list[tuple[str, str, dict[str, Any]]] = []
    if preset:
        layers.append(("", f"preset {preset}", table_of(PRESETS / f"{preset}.toml")))
    if file:
        layers.append((f"{file}: ", file, table_of(file)))
    known, unknown = _of_environment(environ)
    layers += [(f"{_variable(name)}: ", _variable(name), {name: value}) for name, value in known.items()]
    layers.append(("", "flag", dict(typed)))
    for place, origin, layer in layers:
        try:
            check_all(layer)
        except SettingError as error:
            raise SettingError(f"{place}{error}") from None
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    return Settings(Config.of(values, f"{file}: " if file else ""), origins, unknown)


def _variable(name: str) -> str:
    return VARIABLE + name.upper()


def _of_environment(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The settings in the environment by name, and what looks like one."""
    specs = {_variable(spec.name): spec for spec in fields(Config)}
    mine = sorted(name for name in environ if name.startswith(VARIABLE) and name not in NO_SETTINGS)
    found = {specs[name].name: _value(name, environ[name], specs[name].default) for name in mine if name in specs}
    return found, [name for name in mine if name not in specs]


def _value(variable: str, text: str, default: Any) -> Any:
    """What the text of a variable means, given a setting's default.

    >>> _value("DEDUP_WITHIN", "yes", False), _value("DEDUP_KEEP_KINDS", "caption, byline", ())
    (True, ('caption', 'byline'))
    """
    try:
        if isinstance(default, bool):
            return _TRUTH[text.strip().lower()]
        if isinstance(default, tuple):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return type(default)(text)
    except (KeyError, ValueError):
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}[type(default)]
        raise SettingError(f"{variable} = {text!r}: must be {wanted}") from None


# ── as TOML ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_toml(settings: Settings) -> Iterator[str]:
    """The lines of a TOML file that `--config` takes, which gives the same settings."""
    yield "# The settings of dedup, as --config takes them. Behind each stands where its value comes from: a flag, the"
    yield "# environment, a file, a preset, or the default, in this order."
    yield ""
    yield "[dedup]"
    for spec in fields(Config):
        yield ""
        yield f"# {spec.metadata['help']}"
        yield from (f"# {part}" for part in wrap(_may_be(spec.default, spec.metadata), 100))
        yield f"{spec.name} = {_toml(getattr(settings.config, spec.name))}  # {_shown(settings.origins[spec.name])}"


def _may_be(default: Any, known: Mapping[str, Any]) -> str:
    """What a setting may be, and its default."""
    low, high, choices = known["low"], known["high"], known.get("choices")
    if choices:
        said = ("Any of " if isinstance(default, tuple) else "One of ") + ", ".join(map(_toml, map(str, choices)))
    elif low is not None:
        said = f"In {known['measure']}" if isinstance(default, int) else f"A {known['measure']}"
        said += f", from {low} to {high}" if high is not None else f", at least {low}"
    else:
        said = (
            "Either true or false"
            if isinstance(default, bool)
            else "A list"
            if isinstance(default, tuple)
            else "A text"
        )
    return f"{said}. Default: {_toml(default)}."


def _toml(value: Any) -> str:
    r"""A value as TOML.

    >>> _toml('a "b"\n'), _toml(True), _toml(("x", "y")), _toml(0.8)
    ('"a \\"b\\"\\n"', 'true', '["x", "y"]', '0.8')
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool | str):
        import orjson

        return orjson.dumps(value).decode().replace("\x7f", "\\u007f")  # what JSON writes otherwise is TOML as well
    return repr(value)


def _shown(text: str) -> str:
    """A text that can stand in a comment."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
