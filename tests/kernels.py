"""The kernel beside its definitions; as a program, the tests of a kernel that was built elsewhere.

`make sanitize` runs `python -m tests.kernels <folder of _native*.so> <arguments of pytest>`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernel
from dedup.align import Documents
from dedup.html_blocks import written
from dedup.html_walk import defined, reads_trees
from dedup.packed import Places
from dedup.verified import Written, defined_verified, verified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement
    from numpy.typing import NDArray

    from dedup.kernel._native import _Columns
    from dedup.passages import Limits, Passage
    from dedup.words import MarkedWords


def same_as_the_definition(source: bytes, *, refused: bool = False) -> None:
    """Where the kernel is there, it reads a page that is `written` as the definition does, or says that it cannot."""
    if not kernel.NATIVE:
        return
    from dedup.kernel import _native

    found = _native.blocks(source)
    assert found is not None or refused, "the kernel does not read this page"
    _same(found, source)


def same_off_the_tree(tree: HtmlElement, *, refused: bool = False) -> None:
    """Where the kernel can read lxml's trees, it reads one as the definition reads its XML, or says that it cannot."""
    if not reads_trees():
        return
    from dedup.kernel import _native

    found = _native.blocks_in(tree)
    assert found is not None or refused, "the kernel does not read this tree"
    _same(found, written(tree))


def _same(found: _Columns | None, source: bytes) -> None:
    if found is None:
        return
    text, *columns, paths = found
    seen, wanted = defined(source)
    assert (text, paths) == (seen, wanted.paths)
    others: list[NDArray[Any]] = [wanted.starts, wanted.ends, wanted.tags, wanted.links, wanted.places]
    for column, other in zip(columns, others, strict=True):
        assert isinstance(column, np.ndarray)
        assert (column.dtype, column.tolist()) == (other.dtype, other.tolist())


def together(texts: Sequence[tuple[str, MarkedWords]]) -> tuple[Documents, Written]:
    """The words of some texts as documents, one behind the other, and where they are written."""
    bounds = np.cumsum([0, *(len(each.hashes) for _, each in texts)])
    hashes, marks, starts, ends = (
        np.concatenate([getattr(each, name) for _, each in texts]) for name in ("hashes", "marks", "starts", "ends")
    )
    return Documents(hashes, marks, bounds), Written(Places.of(starts, ends, bounds), lambda number: texts[number][0])


def verified_as_defined(
    documents: Documents, pairs: Sequence[tuple[int, int]], limits: Limits, written: Written | None
) -> list[list[Passage]]:
    """The passages of pairs of a keeper and a document; where the kernel is there, it finds the same."""
    numbers = np.array(pairs, np.int64).reshape(-1, 2)
    wanted = defined_verified(documents, numbers, limits, written)
    for column, other in zip(verified(documents, numbers, limits, written), wanted, strict=True):
        assert (column.dtype, column.shape, column.tolist()) == (other.dtype, other.shape, other.tolist())
    return [found for _, _, found in wanted.rows()]


def kernel_of(folder: Path) -> Any:
    """The kernel that was built into a folder."""
    (path,) = folder.glob("_native*.so")
    spec = importlib.util.spec_from_file_location("dedup.kernel._native", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def use(module: Any) -> None:
    """Take a kernel in place of the installed one."""
    sys.modules["dedup.kernel._native"] = module
    setattr(kernel, "_native", module)  # noqa: B010 (mypy: a module has no such attribute)
    kernel.NATIVE = True


def _test_kernel_of(folder: Path, arguments: list[str]) -> int:
    """Run tests with the kernel of a folder in place of the installed one."""
    import pytest

    use(kernel_of(folder))
    print(f"testing the kernel of {folder}")
    return pytest.main(arguments)


if __name__ == "__main__":
    sys.exit(_test_kernel_of(Path(sys.argv[1]), sys.argv[2:]))
