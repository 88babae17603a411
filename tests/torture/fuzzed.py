"""`python -m tests.torture.fuzzed WAY TARGET FOLDER [OPTIONS OF LIBFUZZER]`: fuzz a target; what breaks it goes into
`FOLDER/found-*`. With `FOLDER` a file, that input is looked at once.

The way is `guided`: what reaches code that nothing has reached before joins the corpus, and is changed further. Or it
is `wide`: any input of the corpus, which was guided before, is changed; no code is watched, which takes a half to
three quarters of the time.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

GUIDED, WIDE = "guided", "wide"
LONGER = 16
"""So many bytes an input may get longer by a change."""


def main(way: str, name: str, folder: Path, options: list[str]) -> None:
    """Fuzz a target; ends the process."""
    import atheris

    # An editable install finds our modules by a loader of its own, which atheris cannot follow: what is fuzzed would be
    # reached blindly.
    sys.meta_path.insert(0, PathFinder)
    with atheris.instrument_imports(include=["dedup"]) if way == GUIDED else nullcontext():
        target = import_module(f"tests.torture.fuzz_{name}")
    corpus, mutator = folder / "corpus", {}
    if folder.is_dir():
        options = [f"-artifact_prefix={folder}/found-", f"-max_len={target.MOST}", *options]
        if way == GUIDED:
            _begin(target, corpus)
            options.append(str(corpus))
        else:
            mutator["custom_mutator"] = _mutator([path.read_bytes() for path in sorted(corpus.iterdir())])
    else:
        options = [*options, str(folder)]
    atheris.Setup([sys.argv[0], *options], target.check, **mutator)
    atheris.Fuzz()


def _begin(target: ModuleType, corpus: Path) -> None:
    """Look at what a target begins with, and write it as a corpus."""
    corpus.mkdir()
    for number, seed in enumerate(target.seeds()):
        assert len(seed) <= target.MOST, seed
        target.check(seed)
        (corpus / f"{number:03}").write_bytes(seed)


def _mutator(inputs: list[bytes]) -> Callable[[bytes, int, int], bytes]:
    """What changes any of some inputs; by itself libFuzzer would go on with those that reach most, and where no code is
    watched these are always the same few."""
    import atheris

    def changed(_: bytes, most: int, chance: int) -> bytes:
        one = inputs[chance % len(inputs)]
        mutated: bytes = atheris.Mutate(one, min(most, len(one) + LONGER))
        return mutated

    return changed


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
