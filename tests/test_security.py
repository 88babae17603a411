"""What SECURITY.md promises of the code as a whole: nothing that is read is run, and nothing is fetched unasked."""

from __future__ import annotations

import ast
import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULES = sorted(path for path in (ROOT / "dedup").rglob("*.py") if "__pycache__" not in path.parts)
RUNS = {"eval", "exec", "compile", "__import__", "system", "popen", "startfile", "posix_spawn", "posix_spawnp"} | {
    f"{way}{how}" for way in ("exec", "spawn") for how in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")
}
"""What runs what it is given; of `re` and `regex`, `compile` is another."""
DANGEROUS = {"pickle", "shelve", "dill", "joblib", "cloudpickle", "subprocess", "multiprocessing", "yaml", "marshal"}
MAY = {
    "nursery.py": {"subprocess", "multiprocessing"}, "worker.py": {"pickle", "multiprocessing"},
    "workers.py": {"pickle", "multiprocessing"}, "shelf.py": {"marshal"},
}  # fmt: skip
"""The modules that may start processes, send pickles between our own, and keep what goes beside `.pyc` files."""


def called(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What is called, as the name that it is a part of, and its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                yield node.func.value.id, node.func.attr
            elif isinstance(node.func, ast.Name):
                yield "", node.func.id


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nothing_that_is_read_is_run(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    runs = {f"{of}.{name}" for of, name in called(tree) if name in RUNS and of in ("", "os", "builtins")}
    shell = [keyword for node in ast.walk(tree) if isinstance(node, ast.keyword) and (keyword := node.arg) == "shell"]
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    from_os = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        for alias in node.names
    }

    assert (runs, shell, from_os & RUNS) == (set(), [], set())
    assert {name.partition(".")[0] for name in names | froms} & DANGEROUS == MAY.get(path.name, set())


WATCHED = """
import json, sys

asked = []
ASKS = ("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.sendto", "socket.sendmsg", "urllib.Request")
RUNS = ("os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "subprocess.Popen")


def note(event, arguments):
    if event.startswith(ASKS + RUNS):
        asked.append([event, repr(arguments)])


sys.addaudithook(note)
import dedup

result = dedup.clean(sys.argv[1], sys.argv[2])
print(json.dumps([asked, [each.why for each in result.failures]]))
"""
ASKS = [
    '<!DOCTYPE html SYSTEM "http://{}/a.dtd"><html><body><article><p>{}</p></article></body></html>',
    '<!DOCTYPE html [<!ENTITY x SYSTEM "http://{}/x"><!ENTITY y SYSTEM "file:///etc/passwd">]>'
    "<html><body><p>&x;&y; {}</p>",
    '<html><head><base href="http://{}/"><link rel=stylesheet href=a.css><meta http-equiv=refresh content="0;url=/b">'
    "</head><body><p>{}</p><script src=c.js></script><img src=d.png><iframe src=e></iframe>",
    '<?xml version="1.0"?><?xml-stylesheet href="http://{}/a.xsl"?><html xmlns="http://www.w3.org/1999/xhtml"><body>'
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    "<p>{}</p></body></html>",
]


def test_a_page_has_nothing_fetched(tmp_path: Path) -> None:
    """Seen by Python's own audit, and where a library in C would ask; and the words that stand in a file of the machine
    come into no text."""
    words = "The ferry left the harbour before the fog came down. " * 8
    (tmp_path / "pages").mkdir()
    program = [sys.executable, "-c", WATCHED, str(tmp_path / "pages"), str(tmp_path / "out")]

    with socket.create_server(("127.0.0.1", 0)) as server:
        for number, page in enumerate(ASKS):
            address = f"127.0.0.1:{server.getsockname()[1]}"
            (tmp_path / f"pages/{number}.html").write_text(page.format(address, words))
        ended = subprocess.run(program, check=False, capture_output=True, text=True, cwd=ROOT)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has asked
            server.accept()

    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == [[], []]
    for path in (tmp_path / "out").iterdir():
        assert "root:x:0" not in path.read_text(encoding="utf-8")
