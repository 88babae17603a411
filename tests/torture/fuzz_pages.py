"""Pages that anybody writes: blocks in order, inside of the text, none of it lost."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.data import Document, Failure, Format, Source
from dedup.extract import extract, read_source
from dedup.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 600
CONFIGS = [Config(), Config(markup="markdown")]
_PROSE = "The old mill by the river closed in May, and nobody in the village knew why. "


def seeds() -> Iterator[bytes]:
    """Pages with what extraction looks at."""
    for body in (
        f"<h1>A mill</h1><article><p>{_PROSE * 2}</p></article><footer>All rights reserved.</footer>",
        f"<nav><a href=/>Home</a> <a href=/b>News</a></nav><p>{_PROSE}</p><div class=comments><p>Why?</div>",
        "<table><tr><td colspan=9999>a<th>b</table><ul><li>one<li>two</ul><pre>x\ny</pre><br>z<hr>",
        f"<p>By <a rel=author>Ada Moor</a><time datetime=2024-05-06>May 6</time><blockquote>{_PROSE}</blockquote>",
        "<script>var a='</p>'</script><style>b</style><noscript><p>c</noscript><template>d</template><!-- e -->",
        "&lt;b&gt; &#0; &#x110000; &amp;amp &nbsp;<b><i></b></i><svg><math></svg><p><p/></p>",
        "<frameset><frame></frameset><iframe></iframe><select><option>a</select><textarea><p></textarea>",
    ):
        yield f"<!DOCTYPE html><html lang=en><head><title>A mill</title></head><body>{body}</body></html>".encode()
        yield body.encode()
    meta = '<meta property="og:title" content="A"><meta name=author content=B><link rel=canonical href="http://a.b/c">'
    yield f'<head>{meta}<script type="application/ld+json">{{"@type":"Article","headline":"C"}}</script><p>a'.encode()


def check(data: bytes) -> None:
    """A page is a document or a failure; its blocks are in order and hold all that is seen. Every 16th input goes
    through all of extraction, which takes eight times as long as to read a page."""
    if len(data) % 16:
        found = read_source(Source("a", "a", Format.HTML, data), CONFIGS[len(data) // 16 % 2])
        assert isinstance(found, Document | Failure), found
        if isinstance(found, Document):
            _whole(found)
            if found.written:
                _in_order(found.written.text, found.written.table(Table.of(found.blocks)))
        return
    with suppress(ValueError):
        markup = CONFIGS[len(data) // 16 % 2].markup
        _whole(extract(data.decode("utf-8", "replace"), format=Format.HTML, url="http://a.b/c", markup=markup))


def _whole(document: Document) -> None:
    document.text.encode()
    _in_order(document.text, Table.of(document.blocks))


def _in_order(text: str, blocks: Table) -> None:
    end = 0
    for start, last in zip(blocks.starts.tolist(), blocks.ends.tolist(), strict=True):
        assert end <= start < last <= len(text), (text, blocks)
        assert not text[end:start].strip(), (text, blocks)
        end = last
    assert not text[end:].strip(), (text, blocks)
