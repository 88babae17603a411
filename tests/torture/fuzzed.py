"""`python -m tests.torture.fuzzed TARGET FOLDER [OPTIONS OF LIBFUZZER]`: fuzz a target; what breaks it goes into
`FOLDER/found-*`. With `FOLDER` a file, that input is looked at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main(name: str, folder: Path, options: list[str]) -> None:
    """Fuzz a target; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["dedup"], enable_loader_override=False):
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
