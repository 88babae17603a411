"""Small tables made of the code and of the fixtures."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.fields import BODIES, NAMES
from dedup.formats import FORMATS, OUTPUTS
from dedup.settings import PRESETS
from docs.generate.markdown import code, fenced, prose
from docs.generate.markdown import table as as_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
LEXICON = ROOT / "dedup" / "lexicon"


def formats() -> str:
    """The formats of files."""
    rows = []
    for known in FORMATS.values():
        chosen = [each for each in OUTPUTS if each.partition(".")[0] == known.name]
        said = [known.name, _listed(known.extensions), known.holds, known.written or "only read", _listed(chosen)]
        rows.append(said)
    return as_table(["format", "extensions", "a file holds", "written as", "`--format`"], rows)


def fields() -> str:
    """The fields of records that are known."""
    bodies = {kind: names for kind, (names, _) in BODIES.items()}
    return as_table(["what", "fields"], [[role, _listed(names)] for role, names in {**bodies, **NAMES}.items()])


def presets() -> str:
    """The files of all presets."""
    files = sorted(PRESETS.glob("*.toml"))
    return "\n".join(f"### {path.stem}\n\n{fenced('toml', path.read_text(encoding='utf-8'))}" for path in files)


def rules() -> str:
    """How many rules of each kind the lexicon has, and in which languages."""
    counts: dict[str, dict[str, int]] = {}
    for path in sorted(LEXICON.glob("*.toml")):
        for rule in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", []):
            known = counts.setdefault(rule["kind"], {})
            known[path.stem] = known.get(path.stem, 0) + 1
    rows = [
        [f"[`{kind}`](#kind-{kind})", str(sum(known.values())), ", ".join(known)]
        for kind, known in sorted(counts.items())
    ]
    return as_table(["kind", "rules", "of"], rows)


def known_failures() -> str:
    """What is known to go wrong: of pairs, golden cases and properties, each held by a test that fails when it is
    repaired."""
    rows = [[f"a pair of passages, {code(label)}", prose(why)] for label, why in _pairs()]
    rows += [[f"a corpus, {code(name)}", prose(why)] for name, why in _golden()]
    rows += [[f"a property, {code(name)}", prose(why)] for name, why in _properties()]
    return as_table(["found by", "what goes wrong"], rows)


def _pairs() -> Iterator[tuple[str, str]]:
    for line in (ROOT / "fixtures" / "known_failures.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, _, why = line.partition(": ")
            yield label, why


def _golden() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "fixtures" / "golden").glob("*/case.toml")):
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        if "known_failure" in said:
            yield path.parent.name, said["known_failure"]


def _properties() -> Iterator[tuple[str, str]]:
    """Tests marked `xfail` with a reason that stands beside them, by the name of the file."""
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.xfail(reason" not in text:
            continue
        tree = ast.parse(text)
        known = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.xfail"):
                reason = next((each.value for each in node.keywords if each.arg == "reason"), None)
                said = reason.value if isinstance(reason, ast.Constant) else known.get(getattr(reason, "id", ""))
                if said:
                    yield f"tests/{path.name}", str(said)


def _listed(names: Iterable[str]) -> str:
    return " ".join(code(each) for each in names)
