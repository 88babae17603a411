"""Try an installed dedup on the demo corpus: python .ci/smoke.py [native|python] [CORPUS]

For wheels, packages and containers, on any system, with nothing but the package: the command runs, says which kernel it
has (`native` unless `python` is asked for), and with it and without it the corpus comes out with the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

FAILED_INPUTS = 1
"""The exit code where some inputs could not be used: two documents of the demo corpus are empty on purpose."""


def dedup(*arguments: str, kernel: str = "") -> str:
    """What `python -m dedup` prints on standard output. Raises CalledProcessError for any other end than is due."""
    env = {key: value for key, value in os.environ.items() if key != "DEDUP_KERNEL"}
    command = [sys.executable, "-P", "-m", "dedup", *arguments]  # -P: not the sources of the folder it runs in
    if kernel:
        env["DEDUP_KERNEL"] = kernel
    run = subprocess.run(command, env=env, encoding="utf-8", errors="replace", check=False, stdout=subprocess.PIPE)
    if run.returncode not in (0, FAILED_INPUTS):
        raise subprocess.CalledProcessError(run.returncode, command, run.stdout)
    return run.stdout


def cleaned(corpus: str, kernel: str) -> dict[str, bytes]:
    """The documents, the records of what went and the report, by file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        dedup("clean", corpus, "-o", str(out), "-q", kernel=kernel)
        return {
            name: (out / name).read_bytes()
            for name in ("clean.jsonl", "removed.jsonl", "failures.jsonl", "report.html")
        }


def main(wanted: str = "native", corpus: str = "seeds") -> None:
    """Exit with a word on standard error where something is not as it must be."""
    said = dedup("--version").strip()
    print(said)
    if f"kernel: {wanted}" not in said:
        sys.exit(f"smoke: the kernel should be {wanted}")
    native = cleaned(corpus, "")
    if native != cleaned(corpus, "python"):
        sys.exit("smoke: the kernel and its definitions in Python differ")
    print("smoke:", *(f"{len(held.splitlines())} lines of {name}" for name, held in native.items()), sep="\n  ")


if __name__ == "__main__":
    main(*sys.argv[1:])
