"""How each kind of site puts its pages together, and how it marks up the body of an article."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from benchmarks.furniture import Page, nested

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from benchmarks.prose import Part


def page(of: Page) -> str:
    """The HTML of a page."""
    start = f'<!DOCTYPE html>\n<html lang="{of.site.language}">\n'
    return f"{start}{of.head}{LAYOUTS[of.site.kind](of)}<script>f1(f2,f3)</script></body></html>\n"


# ── the body of the article ─────────────────────────────────────────────────────────────────────────────────────────


def inline(text: str, chance: Random) -> str:
    """A text with a link or an emphasis on some of its words; the words stay the same."""
    pieces = text.split(" ")
    if len(pieces) > 8 and chance.random() < 0.4:
        at = chance.randrange(2, len(pieces) - 4)
        tag, given = chance.choice((("a", ' href="/x"'), ("em", ""), ("strong", "")))
        some = escape(" ".join(pieces[at : at + 3]))
        return f"{escape(' '.join(pieces[:at]))} <{tag}{given}>{some}</{tag}> {escape(' '.join(pieces[at + 3 :]))}"
    return escape(text)


def semantic(part: Part, chance: Random) -> str:
    """A part of the body in the tags that are meant for it."""
    if part.tag == "ul":
        return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in part.lines) + "</ul>\n"
    if part.tag == "table":
        rows = ("".join(f"<td>{escape(cell)}</td>" for cell in line.split("\t")) for line in part.lines)
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>\n"
    if part.tag == "pre":
        return f"<pre><code>{escape(part.text)}</code></pre>\n"
    lines = "".join(inline(line, chance) for line in part.lines)
    return (
        f"<blockquote><p>{lines}</p></blockquote>\n"
        if part.tag == "blockquote"
        else f"<{part.tag}>{lines}</{part.tag}>\n"
    )


def breaks(part: Part, chance: Random) -> str:
    """As pages of 2008 had it: paragraphs are what two line breaks part."""
    if part.tag in ("ul", "table"):
        return semantic(part, chance)
    text = "<br>".join(inline(line, chance) for line in part.lines)
    return (f"<b>{text}</b>" if part.tag == "h2" else text) + "<br><br>\n"


def boxes(part: Part, chance: Random) -> str:
    """As programs build it that know no other tag."""
    if part.tag in ("ul", "table"):
        return semantic(part, chance)
    return f'<div class="css-{part.tag}"><span>{"".join(inline(line, chance) for line in part.lines)}</span></div>\n'


def body(of: Page, marked: Callable[[Part, Random], str], *between: str) -> str:
    """The body of the article, and what the site puts between its paragraphs, at even distances."""
    parts = [marked(part, of.chance) for part in of.article.body]
    for number, piece in reversed(list(enumerate(between, 1))):
        parts.insert(number * len(parts) // (len(between) + 1), piece)
    return of.box("body", "".join(parts))


# ── the kinds of sites ──────────────────────────────────────────────────────────────────────────────────────────────


def news(of: Page) -> str:
    """A newspaper: prompts in the article, the latest beside it, more below."""
    story = of.title + of.image + body(of, semantic, of.ad, of.letter, of.also) + of.support + of.bio + of.tags
    main = of.crumbs + of.box("story", story, "article") + of.popular + of.related + of.comments
    return f"<body>{of.top}{of.box('main', main, 'main')}{of.foot}"


def blog(of: Page) -> str:
    """A blog: a sidebar, an author's box, and comments always in reach."""
    story = of.title + body(of, semantic, of.image) + of.share + of.tags + of.bio
    side = of.box("sidebar", of.letter + of.popular + of.box("widget", of.menu), "aside")
    inner = of.box("story", story) + of.comments + of.related
    return f"<body>{of.top}{of.box('main', of.box('column', inner) + side)}{of.foot}"


def magazine(of: Page) -> str:
    """A magazine: the author first and last, calls for members in the middle of a long text."""
    story = of.image + of.title + body(of, semantic, of.support, of.also, of.letter) + of.bio
    return f"<body>{of.top}{nested(of.box('story', story, 'article'), 3)}{of.related}{of.foot}"


def portal(of: Page) -> str:
    """A portal of 2008: two columns in tables, line breaks for paragraphs, no class that tells anything."""
    shown = "".join(f'<br>&raquo; <a href="#">{escape(each.title)}</a>' for each in of.others(12))
    left = f'<td width="180" valign="top"><font size="1">{of.menu}{of.popular}</font></td>'
    text = f'<font face="Verdana" size="2">{of.title}{of.image}{body(of, breaks, of.ad)}</font>'
    below = f'<font size="1"><b>{of.says("related")}</b>{shown}<hr>{of.says("newsletter")}</font>'
    right = f'<td valign="top">{text}{below}{of.comments}</td>'
    frame = f'<table width="960" cellspacing="0"><tr><td colspan="2">{of.top}</td></tr><tr>{left}{right}</tr></table>'
    return f'<body bgcolor="#ffffff"><center>{frame}{of.foot}</center>'


def docs(of: Page) -> str:
    """A manual: a tree of pages at the left, a table of contents at the right, the next page below."""
    tree = f"<ul>{''.join(f'<li><a>{escape(each.title)}</a></li>' for each in of.others(40, latest=True))}</ul>"
    heads = (part.text for part in of.article.body if part.tag == "h2")
    contents = of.box("toc", "".join(f'<a href="#s">{escape(text)}</a>' for text in heads), "nav")
    following = of.box("pager", "".join(f'<a href="#">{escape(each.title)}</a>' for each in of.others(2)))
    story = (
        f"<h1>{escape(of.article.teaser.title)}</h1>" + of.deck + body(of, semantic, of.also) + of.letter + following
    )
    middle = of.box("story", of.crumbs + story, "main") + contents
    return f"<body>{of.top}{of.box('layout', of.box('tree', tree, 'nav') + middle)}{of.foot}"


def app(of: Page) -> str:
    """A page that a program draws: boxes in boxes, and classes that tell nothing."""
    inner = of.title + of.image + body(of, boxes, of.letter, of.also) + of.bio + of.related
    return f'<body><div id="root">{nested(of.top + nested(of.box("story", inner), 5) + of.popular + of.foot, 3)}</div>'


def regional(of: Page) -> str:
    """A regional newspaper: many teasers, advertisements and a wall in the article."""
    story = of.crumbs + of.title + of.image + body(of, semantic, of.ad, of.also, of.ad) + of.tags + of.support
    main = of.box("story", story, "article") + of.letter + of.related + of.popular
    return f"<body>{of.top}{nested(of.box('main', main), 2)}{of.comments}{of.foot}"


def revue(of: Page) -> str:
    """A review: little around a long text, most of it below."""
    story = of.title + body(of, semantic, of.image, of.support)
    return f"<body>{of.top}{of.box('story', story, 'section')}{of.bio}{of.tags}{of.comments}{of.related}{of.foot}"


LAYOUTS: dict[str, Callable[[Page], str]] = {
    "news": news,
    "blog": blog,
    "magazine": magazine,
    "portal": portal,
    "docs": docs,
    "app": app,
    "regional": regional,
    "revue": revue,
}
