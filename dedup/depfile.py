r"""What a run reads, told to make: a rule as compilers write it (`gcc -MMD -MP`), for an `include`.

GNU make reads names as `mkdeps.cc` of GCC writes them: `$` twice, a backslash before `#`, `:` and white space, and
twice the backslashes that stand before white space.

Targets are both the manifest, which is new after every run, and `_SUCCESS`, whose time stays where the output is what
it was: a rule that runs `dedup` is for the first, and what is made of the output depends on the second.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.find import find
from dedup.success import SUCCESS
from dedup.write import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPACE, _OTHER = re.compile(r"(\\*)([ \t])"), re.compile(r"([#:*?\[\]])")
_UNSAYABLE = re.compile(r"[\n;|]|\\[#:*?\[\]]|\\\Z")
"""What no name in a Makefile can hold. (Of a file of such a name its folder is left.)"""


def prerequisites(paths: Sequence[str], out: Path) -> list[str]:
    """What a run over paths depends on: the files, and the folders that they stand in, whose time changes when a file
    comes or goes. Not the folder that holds the output: its time changes with every run."""
    here, hidden = Path.cwd(), out.absolute().parent.resolve()
    roots = [Path(path).resolve() for path in paths if os.path.isdir(path)]  # noqa: PTH112 (whatever was typed)
    found: dict[Path, None] = {}
    for _, path in find(paths, out).files:
        if not isinstance(path, Path):  # behind a URL: make knows nothing of it
            continue
        found[path] = None
        for folder in path.parents:
            if not any(folder.is_relative_to(root) for root in roots):
                break
            if folder != hidden:
                found[folder] = None
    return sorted(os.path.relpath(each, here) if each.is_relative_to(here) else str(each) for each in found)


def rule(out: str, names: Iterable[str]) -> str:
    """The text of a depfile: the manifest and the mark of a run depend on files of these names; and each of these is a
    target of nothing, so that one that is gone is no error but a reason to run.

    >>> print(rule("out", ["a file.txt", "b$.txt"]), end="")
    out/manifest.json out/_SUCCESS: a\\ file.txt b$$.txt
    a\\ file.txt:
    b$$.txt:
    """
    # What comes first must not look like the definition of a variable.
    known = sorted((name for name in names if not _UNSAYABLE.search(name)), key=lambda name: "=" in name)
    targets = " ".join(escaped(os.path.join(out, name)) for name in (MANIFEST, SUCCESS))  # noqa: PTH118 (as it was typed)
    lines = [f"{targets}: {' '.join(map(escaped, known))}"]
    lines += [
        f"{escaped(name)}:" for name in known if not set("=%\t") & set(name)
    ]  # as targets these mean other things
    return "".join(f"{each}\n" for each in lines)


def escaped(name: str) -> str:
    """A name as it stands in a Makefile."""
    return _OTHER.sub(r"\\\1", _SPACE.sub(r"\1\1\\\2", name)).replace("$", "$$")
