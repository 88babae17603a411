"""`make sbom`: all that `dedup` brings, as a CycloneDX bill of materials: what is installed beside it, and what is in
its own sources.

Run where `cyclonedx-bom` is as `python packaging/sbom.py PYTHON FILE`; PYTHON is that of an environment that has dedup
and nothing else. Equal environments give equal bytes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
_HEADER = ROOT / "dedup/kernel/third_party/xxhash.h"


def vendored() -> list[dict[str, object]]:
    """What is in our own sources and not ours, as components."""
    numbers = re.findall(r"#define XXH_VERSION_(?:MAJOR|MINOR|RELEASE) +(\d+)", _HEADER.read_text(encoding="utf-8"))
    version = ".".join(numbers)
    return [
        {
            "type": "library",
            "bom-ref": f"vendored-xxhash=={version}",
            "name": "xxhash",
            "version": version,
            "description": "Header of a hash, compiled into the kernel",
            "licenses": [{"license": {"id": "BSD-2-Clause"}}],
            "purl": f"pkg:github/Cyan4973/xxHash@v{version}",
        }
    ]


def main(python: str, target: str) -> None:
    """Write the bill of materials of an environment into a file."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--validate"]
    told = subprocess.run(
        [*command, "--pyproject", str(ROOT / "pyproject.toml"), python], check=True, stdout=subprocess.PIPE, text=True
    )
    bill = json.loads(told.stdout)
    own = vendored()
    bill["components"] += own
    root = bill["metadata"]["component"]["bom-ref"]
    for each in bill["dependencies"]:
        if each["ref"] == root:
            each["dependsOn"] = sorted([*each.get("dependsOn", []), *(str(part["bom-ref"]) for part in own)])
    bill["dependencies"] += [{"ref": each["bom-ref"]} for each in own]
    content = json.dumps(bill, indent=2, ensure_ascii=False)
    _check(content)
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content + "\n", encoding="utf-8")
    print(f"{target}: {len(bill['components'])} components")


def _check(content: str) -> None:
    """End with what is wrong in a bill of materials."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(content):
        sys.exit(f"this is no CycloneDX 1.6: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
