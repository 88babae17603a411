"""`python -m tests.torture.fuzzed TARGET FOLDER [OPTIONS OF LIBFUZZER]`: fuzz a target; what breaks it goes into
`FOLDER/found-*`. With `FOLDER` a file, that input is looked at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path


def main(name: str, folder: Path, options: list[str]) -> None:
    """Fuzz a target; ends the process."""
    import atheris

    # An editable install finds our modules by a loader of its own, which atheris cannot follow: what is fuzzed would be
    # reached blindly.
    sys.meta_path.insert(0, PathFinder)
    with atheris.instrument_imports(include=["dedup"]):
        target = import_module(f"tests.torture.fuzz_{name}")
    if folder.is_dir():
        corpus = folder / "corpus"
        corpus.mkdir(exist_ok=True)
        for number, seed in enumerate(target.seeds()):
            assert len(seed) <= target.MOST, seed
            target.check(seed)
            (corpus / f"{number:03}").write_bytes(seed)
        options = [f"-artifact_prefix={folder}/found-", f"-max_len={target.MOST}", *options, str(corpus)]
    else:
        options = [*options, str(folder)]
    atheris.Setup([sys.argv[0], *options], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
