"""Hostile inputs: links, devices and pipes, names of files, crowds of files, and files with nothing in them."""

from __future__ import annotations

import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.material import prose
from tests.torture.inputs import SIBLINGS, Case
from tests.torture.trial import SkippedError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOWHERE, NO_FILE = "^is a link that leads nowhere$", "^is not a file$"
IN, OUT = "{folder}/in", "{folder}/out"
NOBODY = 65_534


def links(folder: Path, /, **targets: str) -> None:
    """Put links into a folder, by their names, in which `_` stands for the dot."""
    for name, target in targets.items():
        (folder / name.replace("_", ".")).symlink_to(target)


def is_text(at: int) -> str:
    """A text of its own, which holds nothing but one paragraph."""
    return prose(5_000 + at, 30) + "\n"


def put(folder: Path, *names: str) -> None:
    """Put files of a text each into a folder."""
    for at, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(is_text(at), encoding="utf-8")


def specials() -> Iterator[Case]:
    """What lies in folders, or is named, and is no regular file: it is told, and neither waited for nor read."""
    loop = partial(links, a_txt="b.txt", b_txt="a.txt", c_txt="c.txt", loop=".", up="..")
    yield Case("loops of links", loop, {"[abc].txt": NOWHERE}, {})
    yield Case("links to nowhere", partial(links, a_txt="/none/a.txt", a_jsonl="none/a"), {r"a\..*": NOWHERE}, {})
    chain = {f"l{at}_txt": f"l{at + 1}.txt" for at in range(100)}
    yield Case("a chain of 100 links", partial(links, **chain), {r"l\d+.txt": NOWHERE}, {})
    yield Case("a link out of the tree", partial(links, a_txt="/proc/sys/kernel/ostype"), documents={"a.txt": "Linux"})
    yield Case("links to folders", partial(links, etc="/etc", root="/", proc="/proc", a_txt="/etc"), {}, {})
    devices = {f"{each}_jsonl": f"/dev/{each}" for each in ("zero", "random", "null", "full", "tty", "stdin")}
    told = {r"\w+.jsonl": NO_FILE}
    yield Case("links to devices", partial(links, **devices), told, {})
    yield Case("links to devices, as lines", partial(links, **devices), told, {}, lines=True)
    yield Case("devices", nodes, {r"\w+.txt": NO_FILE}, {})
    yield Case("pipes", piped, {r"a\..*": NO_FILE}, {})
    yield Case("a socket", listening, {"s.txt": NO_FILE}, {})
    for each in ("zero", "random", "full", "null"):
        words = (f"/dev/{each}", "--input-format", "jsonl", "--keep-chrome")
        yield Case(f"/dev/{each} that is named", named_line, {rf"/dev/{each}": NO_FILE}, words=words,
                   base=("--input-format", "jsonl"), lines=True)  # fmt: skip
    globbed = ("{folder}/in/*.txt", "{folder}/in/*.jsonl")
    yield Case("pipes that a pattern matches", piped, {r".*a\..*": NO_FILE}, {}, globbed, ())
    like = ("a.txt/b.jsonl/c.txt", "d.parquet/e.html/f.md")
    yield Case("folders named like files", lambda folder: put(folder, *like), documents=dict.fromkeys(like, ""))
    denied = {r"a\..*|sub": "^cannot be read: Permission denied$"}
    yield Case("what nobody may read", closed, denied, {}, before=as_nobody(), check=opened)
    yield Case("hard links", hard, documents={"a.txt": ""})


def named_line(folder: Path) -> None:
    """Leave nothing but lines."""
    assert {path.suffix for path in folder.iterdir()} == {".jsonl"}


def nodes(folder: Path) -> None:
    """Devices as such."""
    if os.geteuid():
        raise SkippedError("only root makes devices")
    for name, (major, minor) in {"zero": (1, 5), "random": (1, 8), "full": (1, 7)}.items():
        os.mknod(folder / f"{name}.txt", 0o020666, os.makedev(major, minor))


def listening(folder: Path) -> None:
    """A socket."""
    path = str(folder / "s.txt")
    if len(os.fsencode(path)) > 107:
        raise SkippedError("the folder has too long a path for a socket: 107 bytes are the most")
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(path)


def piped(folder: Path) -> None:
    """Pipes that nobody writes into."""
    for name in ("a.txt", "a.jsonl", "a.html.gz", "a.parquet"):
        os.mkfifo(folder / name)


def as_nobody() -> tuple[str, ...]:
    """Words that give up root's rights, which may read everything."""
    return () if os.geteuid() else ("/usr/bin/setpriv", f"--reuid={NOBODY}", "--clear-groups")


def closed(folder: Path) -> None:
    """Files and a folder that nobody but their owner may read, and who runs is not that."""
    if os.geteuid():
        raise SkippedError("root is needed to give rights up")
    if not Path("/usr/bin/setpriv").exists():
        raise SkippedError("there is no setpriv")
    python = Path(sys.executable).resolve()
    if not all(each.stat().st_mode & 1 for each in (python, *python.parents)):
        raise SkippedError("nobody but root may run this Python")
    put(folder, "a.txt", "a.jsonl", "a.html", "a.csv", "sub/a.txt")
    for path in [*folder.glob("a.*"), folder / "sub"]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    for each in (folder, folder.parent):
        each.chmod(0o777)


def opened(folder: Path) -> None:
    """The run was another user's."""
    assert (folder / "out" / "manifest.json").stat().st_uid == NOBODY


def hard(folder: Path) -> None:
    """Two names of one file."""
    put(folder, "a.txt")
    (folder / "b.txt").hardlink_to(folder / "a.txt")


# ── inputs and outputs that lie in each other ───────────────────────────────────────────────────────────────────────


def places() -> Iterator[Case]:
    """Outputs in inputs, inputs in outputs, and inputs named twice."""
    inside = "{folder}/in/sub/out"
    yield Case("the output in the input", put, documents={}, words=("-o", inside), out="in/sub/out", base=())
    yield Case("the output in the input, where an earlier run is", earlier, documents={}, words=("-o", inside),
               out="in/sub/out", base=())  # fmt: skip
    for name, words in {"is": IN, "is by another name": IN + "/../in/.", "holds": "{folder}"}.items():
        yield Case(f"the output {name} the input", untouched, code=2, words=("-o", words), base=(),
                   said="not made by dedup", check=is_untouched)  # fmt: skip
    yield Case("the output is a link to the input", lambda folder: links(folder.parent, out="in"), code=2,
               said="not made by dedup")  # fmt: skip
    yield Case("the output is a link to nowhere", lambda folder: links(folder.parent, out="none"), code=4,
               said="cannot be made")  # fmt: skip
    yield Case("the output is a link to a folder", lambda folder: links(folder.parent, out="."),
               code=2, said="not made by dedup")  # fmt: skip
    yield Case("the output is a file", lambda folder: links(folder.parent, out="in/~text.txt"), code=2, said="is a fi")
    yield Case("the output is a device", put, code=2, words=("-o", "/dev/null"), base=(), said="is a file")
    own = {r"sub/out/(failures|removed|sources).jsonl(:1)?": ""}
    yield Case("an earlier run among the inputs", earlier, own)
    twice = (IN, "{folder}/in/../in", "{folder}/in/~text.txt", "{folder}/in/*.txt", "{folder}/in/**/*.jsonl")
    yield Case("inputs named five times", put, documents={}, words=twice, base=())


def earlier(folder: Path) -> None:
    """Leave an earlier run within the inputs, whose documents are none of this run."""
    from dedup import clean

    clean([{"id": "old", "text": "What an earlier run has left."}], folder / "sub" / "out")


def untouched(folder: Path) -> None:
    """Keep the inputs, to compare."""
    assert {path.name for path in folder.iterdir()} == {*SIBLINGS}


def is_untouched(folder: Path) -> None:
    """Whether the inputs are as they were."""
    found = {path.name: path.read_text(encoding="utf-8") for path in (folder / "in").iterdir()}
    assert found == SIBLINGS, sorted(found)


# ── names ───────────────────────────────────────────────────────────────────────────────────────────────────────────

NAMES: dict[str, list[bytes]] = {
    "newlines and tabs": [b"a\nb.txt", b"c\rd.txt", b"e\tf.txt", b"\n.txt"],
    "no UTF-8": [b"caf\xe9.txt", b"\xff\xfe.txt", b"\xc0\x80.txt", b"\xed\xa0\x80.txt", b"a\x80/b\x80.txt"],
    "255 bytes": [b"a" * 251 + b".txt", "é".encode() * 125 + b".txt", b"/".join([b"d" * 250] * 10) + b"/a.txt"],
    "leading dashes and spaces": [b"-rf.txt", b"--help.txt", b" .txt", b"  a.txt", b"-/-.txt"],
    "globs": [b"[a].txt", b"*.txt", b"?.txt", b"{a,b}.txt", b"**/x.txt", b"[!a]/[.txt"],
    "control characters and escapes": [b"\x1b[31m.txt", b"\x01\x02.txt", b"\x7f.txt", b"a\x08b.txt"],
    "emoji and directions": [f"{each}.txt".encode() for each in ("🌾", "\u202etxt.a", "\u200b", "e\u0301", "é")],
    "dots and signs of URLs": [b"a..txt", b"%2E.txt", b"a%2Fb.txt", b"http:/a.example/b.txt", b"file:/a.txt"],
    "names of ours": [b"input:1.txt", b"stdin.txt", b"a.jsonl:1.txt", b"manifest.json.txt", b"work/stamp.txt"],
    "quotes and signs of shells": [b"'\".txt", b"$(id).txt", b"`id`.txt", b"a;b&c|d.txt", b"a\\b.txt", b"<a>.txt"],
}  # fmt: skip


def names() -> Iterator[Case]:
    """Names of files that are traps."""
    for name, paths in NAMES.items():
        said = {path.decode("utf-8", "backslashreplace"): "" for path in paths}
        for format_ in ("jsonl", "text"):
            yield Case(f"{name}, as {format_}", partial(named, paths), documents=said, words=("--format", format_))
    yield Case("no UTF-8, of lines", partial(named, [b"\xff.jsonl"]), {r".*\\xff.*": "^not JSON"}, {})
    own = ("{folder}/in/[a].txt", "{folder}/in/[[]a].txt", "{folder}/in/[[]*.txt", "{folder}/in/~*")
    yield Case(
        "globs that are named",
        partial(named, [b"[a].txt", b"a.txt"]),
        documents={"[a].txt": "", "a.txt": ""},
        words=own,
        base=(),
    )


def named(paths: list[bytes], folder: Path) -> None:
    """Files of these names, of a text each."""
    for at, name in enumerate(paths):
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(is_text(at), encoding="utf-8")


# ── crowds ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def crowds() -> Iterator[Case]:
    """Folders of very many files, and very many folders."""
    lines = '{{"id": "d{0}", "text": "The mill {0} closed in May."}}\n'
    yield Case("10,000 files of a line", partial(many, 10_000, ".jsonl", lines), lines=True)
    yield Case("2,000 texts", partial(many, 2_000, ".txt", "The mill {0} closed in May.\n"), seconds=60)
    yield Case("100,000 files that are none of ours", partial(many, 100_000, ".bin", ""), documents={})
    yield Case("20,000 empty folders", partial(folders, 20_000), documents={})
    yield Case("20,000 empty files", partial(many, 20_000, ".txt", ""), {r"d\d+.txt": "^empty file$"}, {}, seconds=30)
    yield Case("1,000 folders in each other", partial(deep, 1_000), documents={"d/" * 1_000 + "a.txt": ""})
    yield Case("a path longer than PATH_MAX", partial(deep, 3_000), {"(d/)+d": "^cannot be read: "}, {})
    yield Case("10,000 links to one file", partial(fan, 10_000), seconds=60)


def many(count: int, end: str, text: str, folder: Path) -> None:
    """So many files."""
    for at in range(count):
        (folder / f"d{at}{end}").write_text(text.format(at), encoding="utf-8")


def folders(count: int, folder: Path) -> None:
    """So many empty folders."""
    for at in range(count):
        (folder / f"d{at}").mkdir()


def deep(steps: int, folder: Path) -> None:
    """Folders in each other, with a file in the innermost, and a path that may be longer than a path may be."""
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        for _ in range(steps):
            os.mkdir("d")  # noqa: PTH102 (a relative path: no other may be so long)
            os.chdir("d")
        Path("a.txt").write_text(is_text(0), encoding="utf-8")
    finally:
        os.fchdir(before)
        os.close(before)


def fan(count: int, folder: Path) -> None:
    """Links to one file."""
    put(folder, "a.txt")
    for at in range(count):
        (folder / f"l{at}.txt").symlink_to("a.txt")


FAMILIES = (specials, places, names, crowds)
