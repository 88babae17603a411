"""Every setting, as `Config` has it."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

from dedup import Config
from dedup.settings import VARIABLE
from docs.generate.markdown import code, directive, prose

GROUPS = {
    "format": "What is written",
    "input_format": "What is read",
    "site": "Sites and encodings",
    "markup": "Pages and chrome",
    "sites": "What is known already",
    "unit": "Duplicates: what goes, and which copy stays",
    "min_articles": "Numbers",
    "num_perm": "Candidates",
    "max_bytes": "Limits",
}
"""The first setting of each group, in the order of `Config`; a new one belongs to the group that it stands in."""
_TYPES = {str: "text", bool: "true or false", int: "whole number", float: "number", tuple: "list of texts"}


def settings() -> str:
    """The reference of all settings."""
    made = []
    for spec in fields(Config):
        if spec.name in GROUPS:
            made.append(f"## {GROUPS[spec.name]}\n")
        made.append(_setting(spec))
    return "\n".join(made)


def _setting(spec: Field[Any]) -> str:
    known = spec.metadata
    default = spec.default if isinstance(spec.default, str) else str(spec.default).lower()
    flag = f"--{spec.name.replace('_', '-')}"
    flags = f"`{flag}`, `--no-{flag[2:]}`" if isinstance(spec.default, bool) else f"`{flag}`"
    said = [f"{prose(known['help'])}{_bounds(spec)}", "", f"Flag: {flags}. Variable: `{VARIABLE}{spec.name.upper()}`."]
    options = [f"type: {_type(spec)}", f"default: {code(default) if spec.default not in ('', ()) else 'none'}"]
    return directive("confval", spec.name, "\n".join(said), options)


def _type(spec: Field[Any]) -> str:
    measure = spec.metadata.get("measure")
    return _TYPES[type(spec.default)] + (f" ({measure})" if measure else "")


def _bounds(spec: Field[Any]) -> str:
    known = spec.metadata
    low, high, choices = known["low"], known["high"], [str(each) for each in known.get("choices", ()) if each]
    if choices:
        return f" {'Any' if isinstance(spec.default, tuple) else 'One'} of {', '.join(map(code, choices))}."
    if low is not None:
        return f" From {low} to {high}." if high is not None else f" At least {low}."
    return ""
