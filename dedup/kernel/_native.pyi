"""The kernel in C++: the same results as the definitions in Python."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_Columns = tuple[
    str, NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32], list[str]
]

def blocks(xml: bytes) -> _Columns | None:
    """The text, starts, ends, tags, linked characters, path numbers and paths of a page's blocks.

    None where the page holds what only `dedup.html_blocks` can tell.

    Raises:
        ValueError: it is not well-formed XML in UTF-8.
    """

class Sieve:
    """`dedup.sieve.Sieve`, given what that makes of the clauses.

    Raises:
        ValueError: a string is of no clause, or a clause of no pattern.
    """

    def __init__(
        self,
        clauses_of: dict[str, list[int]],
        clauses_of_mark: dict[str, list[int]],
        pattern_of: list[int],
        counts: list[int],
        letters_of: Callable[[str], str],
    ) -> None: ...
    def sift(self, text: str) -> list[int]: ...

class Tally:
    """`dedup.speech.Tally`.

    Raises:
        ValueError: a word is of no group, or there are more than eight scripts.
    """

    def __init__(self, groups_of: dict[str, list[int]], groups: int, scripts: list[tuple[int, int]]) -> None: ...
    def of(self, text: str) -> tuple[int, list[int], list[bool]]: ...
