"""Clean a corpus of articles: extract them, strip the chrome of their sites, cut near-duplicate passages.

>>> import dedup
>>> result = dedup.clean([{"id": "1", "text": "A short text stays as it is."}])
>>> next(result.documents())["text"]
'A short text stays as it is.'
"""

from dedup.config import Config
from dedup.data import Block, Document, Failure, Flag, Format, Keeper, Kind, Match, Reason, Source, Span, Tag
from dedup.errors import DedupError, InputError, OutputError, SettingError
from dedup.extract import extract
from dedup.pipeline import clean
from dedup.result import Piece, Result

__all__ = [
    "Block", "Config", "DedupError", "Document", "Failure", "Flag", "Format", "InputError", "Keeper", "Kind", "Match",
    "OutputError", "Piece", "Reason", "Result", "SettingError", "Source", "Span", "Tag", "clean", "extract",
]  # fmt: skip
