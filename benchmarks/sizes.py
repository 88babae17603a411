"""What dedup and each of its extras take: MB on disk, and milliseconds to import (`make sizes`).

Sizes are those of the files that the installer put there (all of the extra's dependencies that dedup has not already),
times are of the processor, the least of several processes, without those of a Python that does nothing. Run it where
nothing else is installed: some packages import whatever they find.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGE = "dedup-corpus"
NO_EXTRAS = ("dev", "docs")
"""Tools of those who work on dedup."""
ROUNDS = 9
TABLE = re.compile(r"(?<=<!-- sizes -->\n).*?(?=<!-- /sizes -->)", re.DOTALL)


def extras() -> dict[str, list[str]]:
    """The requirements of every extra that users may want, by its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {name: wanted for name, wanted in project["optional-dependencies"].items() if name not in NO_EXTRAS}


def needed(requirements: list[str], found: dict[str, Distribution] | None = None) -> dict[str, Distribution]:
    """All that these requirements bring, by name. Raises PackageNotFoundError where one is not installed."""
    found = {} if found is None else found
    for each in map(Requirement, requirements):
        name = canonicalize_name(each.name)
        if name in found or not (each.marker is None or each.marker.evaluate({"extra": ""})):
            continue
        found[name] = distribution(each.name)
        optional = [wanted for extra in each.extras for wanted in _of_extra(found[name], extra)]
        needed([*_of_extra(found[name], ""), *optional], found)
    return found


def _of_extra(package: Distribution, extra: str) -> list[str]:
    """What a package requires for this extra (the empty one: without any), without the markers."""
    found = []
    for line in package.requires or ():
        each = Requirement(line)
        always = each.marker is None or each.marker.evaluate({"extra": ""})
        asked = each.marker is None or each.marker.evaluate({"extra": extra})
        if asked and always == (not extra):
            found.append(f"{each.name}[{','.join(each.extras)}]" if each.extras else each.name)
    return found


def megabytes(packages: dict[str, Distribution]) -> float:
    """What their files take on disk, those of dedup without what an editable install leaves elsewhere."""
    files = [Path(str(file.locate())) for each in packages.values() for file in each.files or ()]
    if PACKAGE in packages and not any(file.match("dedup/__init__.py") for file in packages[PACKAGE].files or ()):
        files += [path for path in (ROOT / "dedup").rglob("*") if "__pycache__" not in path.parts]
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


def milliseconds(names: list[str]) -> float:
    """The CPU time that it takes to import all of these: the least of several processes."""

    def least(code: str) -> float:
        return min(_processor_time([sys.executable, "-c", code]) for _ in range(ROUNDS))

    return 1000 * (least("; ".join(f"import {name}" for name in names)) - least("pass"))


def _processor_time(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def imported(requirements: list[str]) -> list[str]:
    """The names under which these packages are imported."""
    wanted = {canonicalize_name(Requirement(each).name) for each in requirements}
    return sorted(
        name
        for name, packages in packages_distributions().items()
        if wanted & {canonicalize_name(each) for each in packages} and name.isidentifier() and not name.startswith("_")
    )


def rows() -> list[str]:
    """The table in Markdown: dedup itself, then what each extra adds to it."""
    core = needed([PACKAGE])
    lines = ["| install | brings | packages | MB | ms to import |", "|---|---|---|---|---|"]
    lines.append(_row(PACKAGE, "`dedup`", core, ["dedup.pipeline", "dedup.extract"]))
    for name, requirements in extras().items():
        brought = ", ".join(f"`{Requirement(each).name}`" for each in requirements)
        try:
            added = {key: value for key, value in needed(requirements).items() if key not in core}
        except PackageNotFoundError as error:
            raise SystemExit(f"{error.name} is not installed: pip install -e '.[{name}]'") from None
        lines.append(_row(f"dedup-corpus[{name}]", brought, added, imported(requirements)))
    return lines


def _row(install: str, brought: str, packages: dict[str, Distribution], names: list[str]) -> str:
    return f"| `{install}` | {brought} | {len(packages)} | {megabytes(packages):.0f} | {milliseconds(names):.0f} |"


def main() -> None:
    """Print the table, or put it into README.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizes", description=__doc__)
    parser.add_argument("--update", action="store_true", help="rewrite the table in README.md")
    parser.add_argument("--extras", action="store_true", help="print the extras that have to be installed, and no more")
    options = parser.parse_args()
    if options.extras:
        print(",".join(extras()))
        return
    table = "\n".join(rows())
    print(table)
    if options.update:
        readme = ROOT / "README.md"
        readme.write_text(TABLE.sub(lambda _: table + "\n", readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
