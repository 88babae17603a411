"""The kernel beside its definitions; as a program, the tests of a kernel that was built elsewhere.

`make sanitize` runs `python -m tests.kernels <folder of _native*.so> <arguments of pytest>`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from dedup import kernel
from dedup.html_blocks import pieces
from dedup.html_walk import defined


def same_as_the_definition(source: bytes, *, refused: bool = False) -> None:
    """Where the kernel is there, it reads a page that is `written` as the definition does, or says that it cannot."""
    if not kernel.NATIVE:
        return
    from dedup.kernel import _native

    found, (seen, wanted) = _native.blocks(source), defined(source)
    if found is None:
        assert refused, "the kernel does not read this page"
        return
    text, starts, ends, tags, linked, path_numbers, paths = found
    assert (text, paths) == (seen, wanted.paths)
    for column, other in ((starts, wanted.starts), (ends, wanted.ends), (tags, wanted.tags)):
        assert (column.dtype, column.tolist()) == (other.dtype, other.tolist())
    assert (path_numbers.dtype, path_numbers.tolist()) == (wanted.places.dtype, wanted.places.tolist())
    assert linked.tolist() == [piece.linked for piece in pieces(source)]


def _test_kernel_of(folder: Path, arguments: list[str]) -> int:
    """Run tests with the kernel of a folder in place of the installed one."""
    import pytest

    (path,) = folder.glob("_native*.so")
    spec = importlib.util.spec_from_file_location("dedup.kernel._native", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["dedup.kernel._native"] = module
    setattr(kernel, "_native", module)  # noqa: B010 (mypy: a module has no such attribute)
    kernel.NATIVE = True
    print(f"testing {path}")
    return pytest.main(arguments)


if __name__ == "__main__":
    sys.exit(_test_kernel_of(Path(sys.argv[1]), sys.argv[2:]))
