"""Runs from URLs and into URLs: with fsspec's memory, and with a server that speaks S3 and one that speaks HTTP."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xxhash

import dedup
from dedup import Config, InputError, Limits, OutputError, Result, kernel, straight
from dedup import lines as lines_
from dedup.compressed import zstandard
from dedup.find import find
from dedup.urls import is_url, plain, shown
from tests.conftest import ROOT
from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

fsspec = pytest.importorskip("fsspec", reason="pip install 'dedup-corpus[remote]'")

BUCKET, OTHER = "dedup-bucket", "dedup-other"
TEXT = prose(1, 20).encode()


# ── URLs as strings ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("s3://bucket/a.md", True),
        ("S3://bucket", True),
        ("https://host/a.jsonl?signature=x", True),
        ("simplecache::s3://bucket/a.md", True),
        ("zip://a.md::s3://bucket/x.zip", True),
        ("abfs://box@account/a", True),
        ("C://texts/a.md", False),
        (r"C:\texts\a.md", False),
        ("file:///data/a.md", False),
        ("FILE:///data/a.md", False),
        ("a::b.md", False),
        ("news/http://a.md", False),
        ("://a", False),
        ("-", False),
        ("", False),
        (Path("s3://bucket"), False),
        (None, False),
    ],
)
def test_a_url_has_a_scheme_of_two_letters_or_more(value: object, expected: bool) -> None:
    assert is_url(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("file:///data/a%20b.md", "/data/a b.md"),
        ("file://localhost/data/a.md", "/data/a.md"),
        ("data/a%20b.md", "data/a%20b.md"),
        ("s3://bucket/a%20b.md", "s3://bucket/a%20b.md"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths of Windows")
def test_a_file_url_is_a_path(value: str, expected: str) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sftp://me:secret@host/a@b.md", "sftp://host/a@b.md"),
        ("sftp://me:se@cret@host/a@b.md and ftp://@@@", "sftp://host/a@b.md and ftp://"),
        ("s3://bucket/a?b@c.md", "s3://bucket/a?b@c.md"),
        ("https://host?sig=me@c, s3://host#me@c", "https://host s3://host#me@c"),
        (
            "404 of 'https://host/a.md?X-Amz-Signature=c0ffee0badc0de' twice: https://host/a.md?sig=1)",
            "404 of 'https://host/a.md' twice: https://host/a.md)",
        ),
        ("zip://a.md::https://me:secret@host/x.zip?sig=1", "zip://a.md::https://host/x.zip"),
        ("a plain@text?", "a plain@text?"),
    ],
)
def test_what_is_secret_in_a_url_is_not_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_run_over_paths_imports_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(TEXT)
    words = ["dedup", "clean", "a.md", "-o", "out", "-q"]
    code = (
        f"import sys; sys.argv = {words}; from dedup.cli import main; main(standalone_mode=False); print(*sys.modules)"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert {"fsspec", "dedup.remote", "dedup.upload", "asyncio"} & set(found.stdout.split()) == set()
    assert (tmp_path / "out" / "manifest.json").is_file()


# ── stores ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Shop:
    """A store with two buckets, whose URLs begin with a scheme."""

    def __init__(self, scheme: str, system: Any) -> None:
        self.scheme, self.system = scheme, system

    def url(self, path: str) -> str:
        return f"{self.scheme}://{path}"

    def put(self, files: Mapping[str, bytes]) -> None:
        for path, content in files.items():
            self.system.pipe_file(path, content)
        self.system.invalidate_cache()

    def get(self, path: str) -> bytes:
        return bytes(self.system.cat_file(path))

    def names(self, path: str) -> set[str]:
        """All files under a folder."""
        self.system.invalidate_cache()
        return {each.strip("/").removeprefix(f"{path}/") for each in self.system.find(path)}

    def clear(self) -> None:
        """Forget all that is in fsspec's memory."""
        self.system.store.clear()
        self.system.pseudo_dirs[:] = [""]

    def copy(self, folder: Path, path: str) -> None:
        self.put(
            {
                f"{path}/{each.relative_to(folder).as_posix()}": each.read_bytes()
                for each in folder.rglob("*")
                if each.is_file()
            }
        )


@pytest.fixture
def memory() -> Iterator[Shop]:
    system = fsspec.filesystem("memory")
    shop = Shop("memory", system)
    shop.clear()
    yield shop
    shop.clear()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that speaks S3."""
    pytest.importorskip("s3fs", reason="pip install 'dedup-corpus[s3]'")
    moto = pytest.importorskip("moto.server", reason="the extra `dev` has it")
    found = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    host, port = found.get_host_and_port()
    yield f"http://{host}:{port}"
    found.stop()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    from s3fs import S3FileSystem

    known = {"ENDPOINT_URL": server, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "word", "DEFAULT_REGION": "us-east-1"}
    for name, value in known.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    S3FileSystem.clear_instance_cache()
    system = S3FileSystem()
    for bucket in (BUCKET, OTHER):
        system.mkdir(bucket)
    yield Shop("s3", system)
    for bucket in (BUCKET, OTHER):
        system.rm(bucket, recursive=True)
    S3FileSystem.clear_instance_cache()


@pytest.fixture(params=["memory", "s3"])
def shop(request: pytest.FixtureRequest) -> Shop:
    found: Shop = request.getfixturevalue(request.param)
    return found


# ── what is found ───────────────────────────────────────────────────────────────────────────────────────────────────

FILES = (
    "run1/a b.md", "run1/é.md", "run1/Z.md", "run1/q?#1.md", "run1/[k].md", "run1/sub/deep/y.txt", "run1/.hidden.md",
    "run1/.git/x.md", "run1/sub/.h/x.md", "run1/picture.png", "run10/x.md", "run", "lone.md",
)  # fmt: skip
WITHIN = ["Z.md", "[k].md", "a b.md", "q?#1.md", "sub/deep/y.txt", "é.md"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["{}/run1"], WITHIN),
        (["{}/run1/"], WITHIN),
        (["{}/run1/*.md"], ["Z.md", "[k].md", "a b.md", "q?#1.md", "é.md"]),
        (["{}/run1/**/*.txt"], ["y.txt"]),
        (["{}/run1/.git/*.md"], ["x.md"]),
        (["{}/run1/.git"], ["x.md"]),
        (["{}/run1/a b.md"], ["a b.md"]),
        (["{}/run1/[k].md"], ["[k].md"]),
        (["{}/run1/q?#1.md"], ["q?#1.md"]),
        (["{}/run1/Z.md", "{}/run1/sub", "{}/run1/Z.md"], ["Z.md", "sub/deep/y.txt"]),
        (["{}/run1?"], ["x.md"]),
        (
            ["{}/run1*"],
            [
                "run1/Z.md",
                "run1/[k].md",
                "run1/a b.md",
                "run1/q?#1.md",
                "run1/sub/deep/y.txt",
                "run1/é.md",
                "run10/x.md",
            ],
        ),
        (["{}/run10", "{other}/b.md"], [f"{BUCKET}/run10/x.md", f"{OTHER}/b.md"]),
        (["{}/lone.md"], ["lone.md"]),
    ],
    ids=" ".join,
)
def test_a_folder_a_file_or_a_pattern(shop: Shop, names: list[str], expected: list[str]) -> None:
    shop.put({f"{BUCKET}/{name}": TEXT for name in FILES} | {f"{OTHER}/b.md": TEXT})

    found = find([each.format(shop.url(BUCKET), other=shop.url(OTHER)) for each in names])

    assert [name for name, _ in found.files] == expected
    assert {shown(path).startswith(f"{shop.scheme}://") for _, path in found.files} == {True}
    assert found.failures == []
    pictures = {"{}/run1", "{}/run1/", "{}/run1*"} & set(names)
    assert found.ignored == ([shop.url(f"{BUCKET}/run1/picture.png")] if pictures else [])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("{}/run1/picture.png", "unknown extension '.png'; --input-format"),
        ("{}/nothing.md", "no such file or folder"),
        ("{}/ru", "no such file or folder"),
        ("{}/nothing/*.md", "no file matches this pattern"),
        ("nope://x/a.md", "Protocol not known: nope"),
        ("gs://bucket/a.md", "a package for such URLs is not installed: Please install gcsfs"),
    ],
)
def test_what_is_not_there_is_told_by_its_url(shop: Shop, name: str, why: str, tmp_path: Path) -> None:
    shop.put({f"{BUCKET}/{each}": TEXT for each in FILES})
    url = name.format(shop.url(BUCKET))

    with pytest.raises(InputError, match="nothing to read"):
        dedup.clean(url, tmp_path / "none")
    result = dedup.clean([url, shop.url(f"{BUCKET}/run10")], tmp_path / "out")

    assert [(each.id, each.why[: len(why)]) for each in result.failures] == [(url, why)]
    assert [each["id"] for each in result.documents()] == ["x.md"]


def test_an_archive_in_a_store(memory: Shop, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.md", TEXT)
        archive.writestr("sub/b.md", TEXT)
    memory.put({f"{BUCKET}/x.zip": (tmp_path / "x.zip").read_bytes()})
    behind = f"::{memory.url(BUCKET)}/x.zip"

    for name, ids in (("", ["a.md", "sub/b.md"]), ("sub", ["b.md"]), ("a.md", ["a.md"]), ("*/*.md", ["b.md"])):
        found = find([f"zip://{name}{behind}"])
        assert [id_ for id_, _ in found.files] == ids
        assert [file.open("rb", 1).read() for _, file in found.files] == [TEXT] * len(ids)


def test_an_empty_folder_and_what_stands_for_one(s3: Shop) -> None:
    for name in ("none/", "some/", "out/"):  # as the console of S3 makes folders
        s3.system.call_s3("put_object", Bucket=BUCKET, Key=name, Body=b"")
    s3.put({f"{BUCKET}/some/a.md": TEXT})

    dedup.clean(s3.url(f"{BUCKET}/some"), s3.url(f"{BUCKET}/out"))
    assert find([s3.url(f"{BUCKET}/none")]).files == []
    assert [name for name, _ in find([s3.url(f"{BUCKET}/some")]).files] == ["a.md"]
    for name in ("none/", "some/", "out/"):  # some versions of s3fs do not
        s3.system.call_s3("delete_object", Bucket=BUCKET, Key=name)


def test_beside_paths_a_url_is_its_id(shop: Shop, tmp_path: Path) -> None:
    shop.put({f"{BUCKET}/in/a.md": TEXT})
    (tmp_path / "a.md").write_bytes(prose(2, 20).encode())

    result = dedup.clean([tmp_path / "a.md", shop.url(f"{BUCKET}/in")], tmp_path / "out")

    assert [each["id"] for each in result.documents()] == ["a.md", shop.url(f"{BUCKET}/in/a.md")]


def test_files_are_decompressed_as_their_names_say(shop: Shop, tmp_path: Path) -> None:
    lines = b"".join(orjson.dumps({"id": str(n), "text": prose(n, 20)}) + b"\n" for n in range(40))
    with zstandard().open(tmp_path / "c.jsonl.zst", "wb") as handle:
        handle.write(lines.replace(b'"id":"', b'"id":"c'))
    packed = gzip.compress(lines.replace(b'"id":"', b'"id":"b'))
    shop.put(
        {
            f"{BUCKET}/in/a.jsonl": lines,
            f"{BUCKET}/in/b.jsonl.gz": packed,
            f"{BUCKET}/in/c.jsonl.zst": (tmp_path / "c.jsonl.zst").read_bytes(),
            f"{BUCKET}/in/d.jsonl.gz": packed[:-40],
        }
    )

    outcome = dedup.clean(
        shop.url(f"{BUCKET}/in"), tmp_path / "out", config=Config(keep_chrome=True, keep_duplicates=True)
    )

    ids = [each["id"] for each in outcome.documents()]
    assert [f"{letter}{n}" for letter in ("", "b", "c") for n in range(40)] == ids
    assert any(
        "compressed file is broken here" in each.why and each.id.startswith("d.jsonl.gz:") for each in outcome.failures
    )


@pytest.mark.parametrize("unit", ["passage", "document"])
@pytest.mark.parametrize("format_", ["auto", "parquet", "csv"])
def test_by_the_shorter_way_it_is_the_same(shop: Shop, tmp_path: Path, unit: str, format_: str) -> None:
    records = [{"id": str(n), "text": f"{prose(n % 5, 40)}\n\n{prose(100 + n % 7, 40)}"} for n in range(20)]
    lines = b"".join(orjson.dumps(each) + b"\n" for each in records)
    table, head = tmp_path / "in" / "d.parquet", b"id,text\n"
    table.parent.mkdir()
    pq.write_table(pa.Table.from_pylist(records), table)
    for name, each in {
        "a.jsonl": lines,
        "b.jsonl.gz": gzip.compress(lines),
        "c.csv": head + b"".join(f'c{n},"{each["text"]}"\n'.encode() for n, each in enumerate(records)),
        "e.jsonl.gz": gzip.compress(lines)[:-20],
    }.items():
        (tmp_path / "in" / name).write_bytes(each)
    shop.copy(tmp_path / "in", f"{BUCKET}/in")
    config, never = Config(keep_chrome=True, unit=unit, format=format_), Limits(stop_removed=1.0)

    with patch.object(straight, "write", wraps=straight.write) as taken:
        dedup.clean(shop.url(f"{BUCKET}/in"), tmp_path / "short", config=config, limits=never)
    assert taken.called == kernel.NATIVE
    with patch.object(lines_, "can_read", return_value=False):
        dedup.clean(shop.url(f"{BUCKET}/in"), tmp_path / "long", config=config, limits=never)
    dedup.clean(tmp_path / "in", tmp_path / "local", config=config, limits=never)

    assert content(tmp_path / "short") == content(tmp_path / "long") == content(tmp_path / "local")


@pytest.mark.parametrize("at", [0, 9_000])
def test_a_file_that_breaks_off_is_a_failure_in_its_place(
    memory: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    from fsspec.implementations.memory import MemoryFile

    lines = b"".join(orjson.dumps({"id": str(n), "text": prose(n, 900)}) + b"\n" for n in range(400))
    memory.put(
        {f"{BUCKET}/in/a.md": TEXT, f"{BUCKET}/in/b.jsonl": lines, f"{BUCKET}/in/c.md": prose(1_000, 20).encode()}
    )
    read = MemoryFile.read

    def breaking(self: Any, *words: Any) -> bytes:
        if self.path.endswith("b.jsonl") and self.tell() >= at:
            raise ConnectionResetError("the line is dead: https://me:secret@host/b?sig=1")
        content: bytes = read(self, *words)
        return content

    monkeypatch.setattr(MemoryFile, "read", breaking)
    result = dedup.clean(
        memory.url(f"{BUCKET}/in"), tmp_path / "out", config=Config(keep_chrome=True, keep_duplicates=True)
    )

    assert [(each.id, each.why) for each in result.failures] == [
        ("b.jsonl", "cannot be read: the line is dead: https://host/b")
    ]
    ids = [each["id"] for each in result.documents()]
    assert (ids[0], ids[-1]) == ("a.md", "c.md")
    assert (len(ids) > 2) == (at > 0)


def test_small_files_come_in_groups_and_give_what_they_give_alone(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dedup import ahead

    lengths = {"a": 40, "b": 400, "c": 41, "d": 39}
    files = {f"in/{name}.md": prose(number, n).encode() for number, (name, n) in enumerate(lengths.items())}
    files |= {"in/empty.md": b"", "in/some.jsonl": b'{"text": "A line."}\n'}
    for name, each in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(each)
    shop.copy(tmp_path / "in", f"{BUCKET}/in")
    monkeypatch.setattr(ahead, "GROUP", 3)
    monkeypatch.setattr(ahead, "SMALL", 1_000)
    came = [file for _, file in ahead.ahead(find([shop.url(f"{BUCKET}/in")]).files, lambda file: file.suffix == ".md")]

    assert [file.content is not None for file in came if not isinstance(file, Path)] == [
        len(each) < 1_000 and name.endswith(".md") and (bool(each) or shop.scheme == "memory")
        for name, each in sorted(files.items())
    ]
    dedup.clean(shop.url(f"{BUCKET}/in"), tmp_path / "out")
    dedup.clean(tmp_path / "in", tmp_path / "local")
    assert content(tmp_path / "out") == content(tmp_path / "local")


def test_without_fsspec_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)

    with pytest.raises(InputError, match=r"s3://bucket/a.md: URLs need fsspec: pip install 'dedup-corpus\[remote\]'"):
        dedup.clean("s3://bucket/a.md", tmp_path / "out")
    with pytest.raises(OutputError, match=r"URLs need fsspec: pip install 'dedup-corpus\[remote\]'"):
        dedup.clean(ROOT / "seeds", "s3://bucket/out")
    with pytest.raises(OutputError, match=r"URLs need fsspec: pip install 'dedup-corpus\[remote\]'"):
        Result("s3://bucket/out")


# ── a run into a store ──────────────────────────────────────────────────────────────────────────────────────────────


def content(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.zst", "markdown"])
def test_from_store_to_store_is_the_run_on_files(s3: Shop, tmp_path: Path, format_: str) -> None:
    s3.copy(ROOT / "seeds", f"{BUCKET}/seeds")
    config = Config(format=format_)
    local = dedup.clean(ROOT / "seeds", tmp_path / "out", config=config)

    result = dedup.clean(s3.url(f"{BUCKET}/seeds"), s3.url(f"{OTHER}/runs/é 1"), config=config)

    wanted = content(tmp_path / "out")
    assert s3.names(f"{OTHER}/runs/é 1") == set(wanted)
    assert all(s3.get(f"{OTHER}/runs/é 1/{name}") == each for name, each in wanted.items())
    assert str(result.folder) == s3.url(f"{OTHER}/runs/é 1")
    again = Result(s3.url(f"{OTHER}/runs/é 1/"))
    assert again.manifest == local.manifest
    assert list(again.documents()) == list(local.documents())
    assert list(again.restore()) == list(local.restore())
    some = [each["id"] for each in local.sources()][::3]
    assert list(again.read(some)) == list(local.read(some))
    assert [each.id for each in again.read(some)] == some
    assert again.explain("bb-001") == local.explain("bb-001")
    assert again.failures == local.failures


def test_the_output_folder_is_not_read(shop: Shop) -> None:
    shop.put({f"{BUCKET}/in/a.md": TEXT, f"{BUCKET}/in/out1/b.md": prose(2, 20).encode()})
    config = Config(format="markdown")
    url = shop.url(f"{BUCKET}/in/out")
    for name in ("in", "in", "in/**/*.md"):
        result = dedup.clean(shop.url(f"{BUCKET}/{name}"), url, config=config)

        assert [each["id"] for each in result.documents()] == ["a.md", "out1/b.md"]
    with pytest.raises(InputError, match="lies in the output folder, which is not read"):
        dedup.clean(f"{url}/clean/a.md.md", url)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs in three formats, of different texts."""
    folder = tmp_path_factory.mktemp("made")
    for number, format_ in enumerate(("jsonl", "jsonl.gz", "markdown")):
        texts = [{"id": f"{each}", "text": prose(number * 100 + each, 30)} for each in range(3)]
        dedup.clean(texts, folder / format_, config=Config(format=format_))
        for name in ("_SUCCESS", "report.html"):
            (folder / format_ / name).write_text(format_)
    (folder / "markdown" / "report.html").unlink()
    return {each.name: each for each in folder.iterdir()}


def put(run: Path, url: str, tmp_path: Path) -> None:
    """Put a copy of a run into a store."""
    from dedup.upload import Target

    copy = tmp_path / "run" / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(run, copy)
    Target(url).fill(copy)


def broken(shop: Shop, path: str) -> list[str]:
    """What is wrong with the folder of a run that has a manifest."""
    names = shop.names(path)
    if "manifest.json" not in names:
        return ["_SUCCESS without a manifest"] if "_SUCCESS" in names else []
    manifest = orjson.loads(shop.get(f"{path}/manifest.json"))
    files, is_of = manifest["files"], manifest["config"]["format"]
    ended = ["not there"] if set(files) - names else []
    if "report.html" in names and shop.get(f"{path}/report.html").decode() != is_of:
        ended.append("a report of another run")
    return ended + [
        n for n in files if n in names and xxhash.xxh3_128_hexdigest(shop.get(f"{path}/{n}")) != files[n]["xxh3_128"]
    ]


@contextmanager
def breaking(shop: Shop, after: int) -> Iterator[list[str]]:
    """Let so many changes of a store succeed and none after them; gives what has been done."""
    done: list[str] = []

    def limited(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, *words: Any, **more: Any) -> Any:
            if len(done) == after:
                raise PermissionError("no more")
            done.append(name)
            return real(self, *words, **more)

        return call

    with pytest.MonkeyPatch.context() as patch:
        system = type(shop.system)
        for name in ("put_file", "rm_file", "pipe_file"):
            patch.setattr(system, name, limited(name, getattr(system, name)))
        yield done


@pytest.mark.parametrize("earlier", [None, "jsonl.gz", "markdown", "jsonl"])
@pytest.mark.parametrize("new", ["jsonl", "markdown"])
def test_wherever_it_fails_no_manifest_says_what_is_not_so(
    memory: Shop, made: dict[str, Path], tmp_path: Path, earlier: str | None, new: str
) -> None:
    url, path = memory.url(f"{BUCKET}/run"), f"{BUCKET}/run"
    for after in range(100):
        memory.clear()
        memory.put({f"{path}1/twin.md": TEXT})
        if earlier:
            put(made[earlier], url, tmp_path)
            memory.put({f"{path}/notes.txt": b"mine"})
        with breaking(memory, after) as done, suppress(OutputError):
            put(made[new], url, tmp_path)
        assert broken(memory, path) == []
        whole = len(done) < after
        if not whole:  # else the last change that there is has been made
            shutil.rmtree(tmp_path / "run-kept", ignore_errors=True)
            put(made["jsonl.gz"], url, tmp_path)
        wanted = content(made[new if whole else "jsonl.gz"])
        assert memory.names(path) == {*wanted, *(["notes.txt"] if earlier else [])}
        assert all(memory.get(f"{path}/{name}") == each for name, each in wanted.items())
        assert memory.names(f"{path}1") == {"twin.md"}
        if whole:
            break
    assert after > len(content(made[new])) + 4  # a probe, a mark, the removal of these


def test_an_upload_that_fails_keeps_the_run(
    s3: Shop, made: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3fs import S3FileSystem

    real = S3FileSystem._put_file

    async def failing(self: Any, local: str, there: str, **more: Any) -> Any:
        if there.endswith("sources.jsonl"):
            raise OSError("the line is dead")
        return await real(self, local, there, **more)

    url = s3.url(f"{BUCKET}/run")
    put(made["jsonl.gz"], url, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(S3FileSystem, "_put_file", failing)
        with pytest.raises(OutputError, match="the line is dead") as caught:
            put(made["jsonl"], url, tmp_path)

    assert f"It is whole in {tmp_path / 'run-kept'}." in str(caught.value)
    assert content(tmp_path / "run-kept") == content(made["jsonl"])
    assert "manifest.json" not in s3.names(f"{BUCKET}/run")
    with pytest.raises(OutputError, match="holds no finished run"):
        Result(url)
    put(made["jsonl"], url, tmp_path)
    assert s3.names(f"{BUCKET}/run") == set(content(made["jsonl"]))


def test_a_folder_that_is_not_ours_is_refused(shop: Shop) -> None:
    shop.put(
        {
            f"{BUCKET}/mine/a.md": TEXT,
            f"{BUCKET}/file": TEXT,
            f"{BUCKET}/other/manifest.json": b"{}",
            f"{BUCKET}/run10/x": b"",
            f"{BUCKET}/in.md": TEXT,
        }
    )

    for name, why in (
        ("mine", "was not made by dedup"),
        ("other", "was not made by dedup"),
        ("file", "is a file, not a folder"),
    ):
        with pytest.raises(OutputError, match=why):
            dedup.clean(shop.url(f"{BUCKET}/in.md"), shop.url(f"{BUCKET}/{name}"))
    before = shop.names(BUCKET)
    with pytest.raises(InputError, match="nothing to read"):
        dedup.clean(shop.url(f"{BUCKET}/none.md"), shop.url(f"{BUCKET}/run1"))
    assert shop.names(BUCKET) == before
    dedup.clean(shop.url(f"{BUCKET}/in.md"), shop.url(f"{BUCKET}/run1"))
    assert shop.names(f"{BUCKET}/run10") == {"x"}


def test_no_bucket_and_no_credentials_are_told_before_any_work(
    s3: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(
        OutputError, match="s3://dedup-none/out: cannot be written to: The specified bucket does not exist"
    ):
        dedup.clean(ROOT / "seeds", "s3://dedup-none/out")
    with pytest.raises(InputError, match="s3://dedup-none/in: The specified bucket does not exist"):
        dedup.clean("s3://dedup-none/in", tmp_path / "out")
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"AWS_{name}")
    for name in ("SHARED_CREDENTIALS_FILE", "CONFIG_FILE"):
        monkeypatch.setenv(f"AWS_{name}", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    type(s3.system).clear_instance_cache()
    with pytest.raises(OutputError, match="cannot be written to: NoCredentialsError: Unable to locate credentials"):
        dedup.clean(ROOT / "seeds", f"s3://{BUCKET}/out")
    with pytest.raises(InputError, match="NoCredentialsError: Unable to locate credentials"):
        dedup.clean(f"s3://{BUCKET}/in", tmp_path / "out")


# ── the command line, the web, file URLs ────────────────────────────────────────────────────────────────────────────


def call(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "dedup", *words]
    return subprocess.run(
        run, capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, "COLUMNS": "200"}
    )


def test_the_command_line(s3: Shop, tmp_path: Path) -> None:
    s3.put({f"{BUCKET}/in/a.md": TEXT, f"{BUCKET}/in/b.md": TEXT, f"{BUCKET}/in/c.png": b""})
    url, out = s3.url(f"{BUCKET}/in"), s3.url(f"{OTHER}/out")

    run = call("clean", url, "-o", out, "-v", folder=tmp_path)
    assert (run.returncode, list(tmp_path.iterdir())) == (0, [])
    assert f"{out}/clean.jsonl holds the documents, {out}/removed.jsonl what went and why." in run.stderr
    assert f"ignored, not one of our extensions: {url}/c.png" in run.stderr
    assert "similarity: 1.0" in call("explain", out, "b.md", folder=tmp_path).stdout
    assert call("restore", out, "-o", "back", folder=tmp_path).returncode == 0
    assert (tmp_path / "back" / "b.md").read_bytes() == TEXT
    refused = call("restore", out, "-o", f"{out}/back", folder=tmp_path)
    assert (refused.returncode, "is a URL; sources are restored into a local folder" in refused.stderr) == (2, True)
    missing = call("explain", f"{out}2", "b.md", folder=tmp_path)
    assert (missing.returncode, f"{out}2: holds no finished run" in missing.stderr) == (2, True)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address under which a web server that gives no parts of files has it."""
    pytest.importorskip("aiohttp", reason="pip install 'dedup-corpus[remote]'")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    folder = tmp_path / "web"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_files_of_the_web(web: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = web
    lines = b"".join(orjson.dumps({"id": str(n), "text": prose(n, 2_000)}) + b"\n" for n in range(900))
    assert len(lines) > 1 << 23
    (folder / "a b.jsonl.gz").write_bytes(gzip.compress(TEXT and orjson.dumps({"id": "a", "text": TEXT.decode()})))
    (folder / "big.jsonl").write_bytes(lines)
    inputs = [
        f"{url}/a%20b.jsonl.gz?X-Amz-Signature=c0ffee0badc0de",
        f"{url}/big.jsonl",
        f"{url}/none.md?sig=c0ffee0badc0de",
    ]

    result = dedup.clean(inputs, tmp_path / "out", config=Config(keep_chrome=True, keep_duplicates=True))

    assert [each["id"] for each in result.documents()] == ["a", *map(str, range(900))]
    assert [each.id for each in result.failures] == [f"{url}/none.md"]
    assert not any(b"c0ffee0badc0de" in each for each in content(tmp_path / "out").values())
    with pytest.raises(OutputError, match=r"cannot be written to: .*501"):
        dedup.clean(folder, f"{url}/out")


@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_of_a_body_without_end_so_much_is_read_and_no_more(tmp_path: Path, name: str) -> None:
    pytest.importorskip("aiohttp", reason="pip install 'dedup-corpus[remote]'")
    sent = []

    class Endless(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    sent.append(self.wfile.write(b"The mill closed in May. " * 10_000))

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{name}"
        (tmp_path / "fine.txt").write_bytes(TEXT)

        result = dedup.clean([url, tmp_path / "fine.txt"], config=Config(max_bytes=3_000_000))

        assert [each["id"] for each in result.documents()] == ["fine.txt"]
        assert [(each.id, each.why.partition(" =")[0]) for each in result.failures] == [(url, "larger than max_bytes")]
        server.shutdown()
    assert sum(sent) < 50_000_000


@pytest.mark.skipif(os.name == "nt", reason="paths of Windows")
def test_file_urls_are_paths_and_need_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b/c.md").write_bytes(TEXT)

    result = dedup.clean(f"file://{tmp_path}/a%20b", f"file://{tmp_path}/out")

    assert [each["id"] for each in Result(f"file://{tmp_path}/out").documents()] == ["c.md"]
    assert result.folder == tmp_path / "out"
