"""The kernel in C++: the same results as the definitions in Python."""

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
