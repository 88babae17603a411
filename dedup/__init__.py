"""Clean a corpus of articles: extract them, strip the chrome of their sites, cut near-duplicate passages.

>>> import dedup
>>> result = dedup.clean([{"id": "1", "text": "A short text stays as it is."}])
>>> next(result.documents())["text"]
'A short text stays as it is.'

A name is loaded when it is first used, so that `dedup --help` does not wait for NumPy.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.beside import Adding
    from dedup.config import Config
    from dedup.data import Block, Document, Failure, Flag, Format, Keeper, Kind, Match, Reason, Source, Tag
    from dedup.errors import (
        DedupError,
        InputError,
        LockedError,
        OutputError,
        RemovalError,
        SettingError,
        UnreadableError,
        WorkerError,
        WriteError,
    )
    from dedup.extract import extract
    from dedup.index import Index, IndexMatch
    from dedup.limits import Limits
    from dedup.near import near_duplicates
    from dedup.pipeline import clean
    from dedup.result import Piece, Result
    from dedup.sketch import shingles, signatures

__all__ = [
    "Adding", "Block", "Config", "DedupError", "Document", "Failure", "Flag", "Format", "Index", "IndexMatch",
    "InputError", "Keeper", "Kind", "Limits", "LockedError", "Match", "OutputError", "Piece", "Reason", "RemovalError",
    "Result", "SettingError", "Source", "Tag", "UnreadableError", "WorkerError", "WriteError",
    "clean", "extract", "near_duplicates", "shingles", "signatures",
]  # fmt: skip

_HOME = {
    "Config": "config", "DedupError": "errors", "InputError": "errors", "OutputError": "errors",
    "LockedError": "errors", "RemovalError": "errors", "SettingError": "errors", "UnreadableError": "errors",
    "WorkerError": "errors", "WriteError": "errors", "Adding": "beside", "Index": "index", "IndexMatch": "index",
    "Limits": "limits", "Piece": "result", "Result": "result", "clean": "pipeline", "extract": "extract",
    "near_duplicates": "near", "shingles": "sketch", "signatures": "sketch",
}  # fmt: skip
"""The module that a name stands in; the rest stand in `data`."""


class _Package(ModuleType):
    """This package. An import binds a submodule in its package; `clean` and `extract` stay the functions."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOME.get(name, 'data')}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
