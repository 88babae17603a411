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

GUIDED, WIDE = "guided", "wide"


def main(way: str, name: str, folder: Path, options: list[str]) -> None:
    """Fuzz a target; ends the process."""
    import atheris

    # An editable install finds our modules by a loader of its own, which atheris cannot follow: what is fuzzed would be
    # reached blindly.
    sys.meta_path.insert(0, PathFinder)
    with atheris.instrument_imports(include=["dedup"]) if way == GUIDED else nullcontext():
        target = import_module(f"tests.torture.fuzz_{name}")
    corpus = folder / "corpus"
    if folder.is_dir():
        options = [f"-artifact_prefix={folder}/found-", f"-max_len={target.MOST}", *options]
    else:
        options = [*options, str(folder)]
    mutator = {}
    if folder.is_dir() and way == GUIDED:
        corpus.mkdir()
        for number, seed in enumerate(target.seeds()):
            assert len(seed) <= target.MOST, seed
            target.check(seed)
            (corpus / f"{number:03}").write_bytes(seed)
        options.append(str(corpus))
    elif folder.is_dir():
        inputs = [path.read_bytes() for path in sorted(corpus.iterdir())]
        # By itself libFuzzer would go on with what reaches most, and here nothing tells it what that is.
        mutator["custom_mutator"] = lambda _, most, chance: atheris.Mutate(inputs[chance % len(inputs)], most)
    atheris.Setup([sys.argv[0], *options], target.check, **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
