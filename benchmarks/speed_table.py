"""What was measured as tables in Markdown, and on which machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

Lines = list[dict[str, Any]]
Rows = dict[str, dict[str, Any]]

OURS = "dedup"
TITLES = {
    "limits": "Limits of the machine, one core",
    "starting": "Start-up",
    "signatures": "Signatures from text, 128 permutations, word 5-grams, one core",
    "documents": "Near-duplicate documents, JSONL to JSONL, two cores",
    "paragraphs": "The same corpus by paragraph",
    "passages": "Passages with aligned spans, one core",
    "workers": "Two workers against one",
    "grouping": "Grouping of generated keys",
    "scaling": "Documents of growing corpora, two cores",
    "slow": "Near-duplicate documents, a tenth of the corpus, two cores",
}
OWN_LIBRARIES = ("numpy", "orjson", "xxhash", "datasketch", "lxml", "trafilatura")
PEER_LIBRARIES = (
    "daft", "datasketch", "datatrove", "duckdb", "fastsketchlsh", "numpy", "polars", "rensa", "text-dedup",
)  # fmt: skip
STAGES = {
    "signatures": ("text to signatures", "memory copied"),
    "documents": ("near-duplicate documents, whole run", "file written and synced"),
    "passages": ("passages, whole run", "lines split and JSON parsed (orjson)"),
}
"""Rows that are compared with a limit of the machine, and which."""


def tables(results: dict[str, Any]) -> dict[str, str]:
    """The text that stands between the markers of each name."""
    rows: Rows = results["rows"]
    found = {name: shown(name, rows) for name in TITLES if name in rows}
    return {**found, "machine": _machine(results), "distance": distance(rows)}


def update(path: Path, texts: dict[str, str]) -> None:
    """Put texts between the markers `<!-- name -->` and `<!-- /name -->` of a file; what it has no markers for is left
    out."""
    page = path.read_text(encoding="utf-8")
    for name, text in texts.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        page = marked.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page)  # type: ignore[misc]
    path.write_text(page, encoding="utf-8")


def shown(name: str, rows: Rows) -> str:
    """A row as a table."""
    row = rows[name]
    form = {"limits": _rates, "signatures": _signatures, "passages": _passages, "grouping": _grouping}
    text = form.get(name, _runs)(row["lines"])
    return f"**{TITLES[name]}**" + (f" ({row['documents']:,} documents)" if name in SIZED else "") + f"\n\n{text}"


SIZED = frozenset({"documents", "paragraphs", "passages", "workers"})


def _table(head: list[str], body: list[list[str]]) -> str:
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(each) + " |" for each in [head, rule, *body])


def _missing(each: dict[str, Any], columns: int) -> list[str]:
    return [each["program"], each["missing"], *[""] * (columns - 2)]


def _rates(lines: Lines) -> str:
    return _table(["", "GB/s"], [[each["program"], f"{each['gigabytes_per_second']:.2f}"] for each in lines])


def _signatures(lines: Lines) -> str:
    head = ["", "documents/s", "MB/s", "error (RMSE)", "dedup is faster"]
    ours = next((each.get("per_second") for each in lines if each["program"] == OURS), None)
    body = []
    for each in lines:
        if "missing" in each:
            body.append(_missing(each, len(head)))
            continue
        times = f"{ours / each['per_second']:.1f} ×" if ours and each["program"] != OURS else ""
        rates = [f"{each['per_second']:,.0f}", f"{each['megabytes_per_second']:.1f}", f"{each['rmse']:.4f}"]
        body.append([each["program"], *rates, times])
    return _table(head, body)


def _runs(lines: Lines) -> str:
    """Time, memory, and what was found; and how many times what ours takes a peer takes."""
    named = list(dict.fromkeys(name for each in lines for name in each.get("scores", {})))
    ours = next((each for each in lines if each["program"] == OURS and "cpu" in each), None)
    head = ["", "CPU s", "wall s", "peak MB", *named, *(["× CPU", "× wall"] if ours else [])]
    body = []
    for each in lines:
        if "missing" in each:
            body.append(_missing(each, len(head)))
        elif "exponents" in each:
            powers = each["exponents"]
            exponents = [f"{powers[name]:.2f}" for name in ("cpu", "wall", "megabytes")]
            body.append(["grows by the power of", *exponents, *[""] * (len(head) - 4)])
        else:
            ratio = [f"{each[name] / ours[name]:.1f}" for name in ("cpu", "wall")] if ours else []
            body.append([each["program"], *_times(each), *_scores(each, named), *ratio])
    return _table(head, body)


def _times(each: dict[str, Any]) -> list[str]:
    return [f"{each['cpu']:.2f}", f"{each['wall']:.2f}", f"{each['megabytes']:,.0f}"]


def _scores(each: dict[str, Any], named: list[str]) -> list[str]:
    found = each.get("scores", {})
    return [f"{found[name]:.4f}" if found.get(name) is not None else "" for name in named]


def _passages(lines: Lines) -> str:
    """Time and speed, and below them a line for every kind of planted passage."""
    (each,) = lines
    head = ["", "CPU s", "wall s", "peak MB", "MB/s of CPU", "precision"]
    if "missing" in each:
        return _table(head, [_missing(each, len(head))])
    scores = each["scores"]
    first = [each["program"], *_times(each), f"{each['megabytes_per_second']:.1f}", f"{scores['precision']:.4f}"]
    kinds = [name for name in scores if f"{name}, found" in scores]
    kinds.sort(key=_by_edit)
    body = [[name, f"{scores[name]:.4f}", f"{scores[f'{name}, found']:.4f}"] for name in kinds]
    below = _table(["planted", "of its characters gone", "90 % or more gone"], body)
    return f"{_table(head, [first])}\n\n{below}"


def _by_edit(kind: str) -> tuple[str, int]:
    """The order of lines: more edits later."""
    name, _, share = kind.partition("-")
    return name, int(share or 0)


def _grouping(lines: Lines) -> str:
    """Time and memory, and whether the pairs are those that were planted; × CPU is by the key, as some get fewer."""
    head = ["", "passages", "bands", "CPU s", "ns a key", "peak MB", "B a passage", "pairs", "recall", "false", "× CPU"]
    by_key = {
        each["program"]: 1e9 * each["cpu"] / (each["passages"] * each["bands"]) for each in lines if "cpu" in each
    }
    body = []
    for each in lines:
        if "missing" in each:
            body.append(_missing(each, len(head)))
            continue
        own, ours = by_key[each["program"]], by_key.get(OURS)
        asked = [f"{each['passages']:,}", f"{each['bands']}"]
        took = [f"{each['cpu']:.2f}", f"{own:.1f}", f"{each['megabytes']:,.0f}"]
        took.append(f"{each['bytes_a_passage']:.0f}" if "bytes_a_passage" in each else "")
        found = [f"{each['pairs']:,}", f"{each['recall']:.4f}", f"{each['false']}"]
        body.append([each["program"], *asked, *took, *found, f"{own / ours:.1f}" if ours else ""])
    return _table(head, body)


def distance(rows: Rows) -> str:
    """How far each stage is from its limit, a core."""
    if "limits" not in rows:
        return ""
    known = {each["program"]: each["gigabytes_per_second"] * 1000 for each in rows["limits"]["lines"]}
    body = []
    for name, (stage, limit) in STAGES.items():
        reached = _reached(rows, name)
        if reached:
            shares = [f"{reached:,.0f}", limit, f"{known[limit]:,.0f}", f"{known[limit] / reached:.1f} ×"]
            body.append([stage, *shares])
    return _table(["stage", "MB/s a core", "limit", "MB/s", "away"], body)


def _reached(rows: Rows, name: str) -> float | None:
    """Megabytes of text that a core does in a second."""
    lines: Lines = rows.get(name, {}).get("lines", [])
    ours = next((each for each in lines if each["program"] == OURS), {})
    rate = ours.get("megabytes_per_second")
    if rate is None and ours.get("cpu") and "signatures" in rows:
        signed = next((each for each in rows["signatures"]["lines"] if "per_second" in each), None)
        each_text = signed["megabytes_per_second"] / signed["per_second"] if signed else 0
        rate = each_text * rows[name]["documents"] / ours["cpu"]
    return float(rate) if rate else None


# ── the machine ─────────────────────────────────────────────────────────────────────────────────────────────────────


def machine() -> dict[str, Any]:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gigabytes": round(memory / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.*)", listed.read_text(encoding="utf-8")) if listed.exists() else None
    return found[1].strip() if found else platform.processor()


def versions(peers: Path) -> dict[str, dict[str, str]]:
    """The versions of ours and of the peers."""
    said = subprocess.run([sys.executable, "-m", "dedup", "--version"], capture_output=True, text=True, check=False)
    own = {OURS: said.stdout.strip(), **{name: version(name) for name in OWN_LIBRARIES}}
    if not peers.exists():
        return {"dedup": own, "peers": {}}
    script = "import sys, importlib.metadata as m\nfor name in sys.argv[1:]: print(name, m.version(name))"
    told = subprocess.run([peers, "-c", script, *PEER_LIBRARIES], capture_output=True, text=True, check=False).stdout
    return {"dedup": own, "peers": dict(each.split() for each in told.splitlines())}


def _machine(results: dict[str, Any]) -> str:
    on, known = results["machine"], results["versions"]
    peers = ", ".join(f"{name} {number}" for name, number in known["peers"].items())
    return (
        f"Measured on {on['date']}: {on['cpu']}, {on['cores']} cores, {on['memory_gigabytes']:.0f} GB of memory, "
        f"{on['system']}, Python {on['python']}; {known['dedup']['dedup']}; {peers}."
    )
