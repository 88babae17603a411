"""What a site puts around an article, as HTML: menus, prompts, lists of other articles, comments, footers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from benchmarks.prose import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from benchmarks.prose import Article, Teaser
    from benchmarks.sites import Site


def items(texts: Iterable[str], href: str = "#") -> str:
    """Links in a list."""
    return "".join(f'<li><a href="{href}"><span>{escape(text)}</span></a></li>' for text in texts)


def nested(inner: str, depth: int) -> str:
    """As deep in boxes as what a program builds."""
    return '<div class="w"><div>' * depth + inner + "</div></div>" * depth


@dataclass(frozen=True)
class Page:
    """An article on its site. Every property is a piece of the page; `layouts` puts them together."""

    site: Site
    article: Article
    chance: Random
    """Decides what differs from page to page: which articles are shown beside it, who comments, what is left out."""

    def box(self, role: str, inner: str, tag: str = "div") -> str:
        """Something in a box of its class."""
        return f'<{tag} class="{self.site.named(role)}">{inner}</{tag}>\n'

    def says(self, name: str) -> str:
        """A wording of the site."""
        return escape(self.site.says[name])

    def others(self, many: int, latest: bool = False) -> list[Teaser]:
        """Other articles of the site: any, or the latest ones, which are nearly the same on all its pages."""
        of = range(9_000, 9_000 + many + 4) if latest else range(8_000)
        return [self.site.teaser(number) for number in sorted(self.chance.sample(of, many))]

    # ── above ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def head(self) -> str:
        """All that is not seen: what it is, how it looks, what it runs."""
        article, brand = self.article, self.site.says["brand"]
        title, deck = escape(article.teaser.title), escape(article.teaser.deck)
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.teaser.title,
            "datePublished": article.date,
            "author": {"@type": "Person", "name": article.author},
            "publisher": {"@type": "Organization", "name": brand},
        }
        state = {"page": self.chance.randrange(1 << 40), "next": [each.__dict__ for each in self.others(20)]}
        return (
            f'<head><meta charset="utf-8"><title>{title} | {escape(brand)}</title>\n'
            f'<meta name="description" content="{deck}"><meta property="og:title" content="{title}">'
            f'<meta property="og:site_name" content="{escape(brand)}"><meta property="og:type" content="article">\n'
            f'<script type="application/ld+json">{json.dumps(data)}</script>\n<style>{self.site.css}</style>\n'
            f"<script>{self.site.script}</script>\n<script>window.__STATE__={json.dumps(state)}</script></head>\n"
        )

    @cached_property
    def menu(self) -> str:
        """All sections, each with some of its own: 60 to 150 links."""
        sections, count = self.site.lists["section"], self.site.chance("menu").randrange(9, 15)
        size = self.site.chance("menu", "size").randrange(6, 10)
        columns = (
            f'<li class="menu-item"><a href="/{number}">{escape(sections[number])}</a>'
            f'<div class="sub"><ul>{items(sections[number + 1 : number + 1 + size], f"/{number}/s")}</ul></div></li>'
            for number in range(count)
        )
        return self.box("nav", f"<ul>{''.join(columns)}</ul>", "nav")

    @cached_property
    def top(self) -> str:
        """From the notice on cookies to the menu."""
        cookies = f"<p>{self.says('cookies')}</p><button>OK</button>"
        brand = f'<a href="/">{self.says("brand")}</a>'
        return (
            f'<a class="skip" href="#main">{self.says("skip")}</a>{self.site.sprite}\n{self.box("cookies", cookies)}'
            + self.box("masthead", brand + self.menu, "header")
        )

    @cached_property
    def crumbs(self) -> str:
        """Where the page stands."""
        return self.box("crumbs", f"<ol>{items(self.site.lists['section'][:2])}</ol>")

    @cached_property
    def title(self) -> str:
        """Headline, deck, byline, date and share links."""
        writer = Writer(
            self.site.language, self.site.chance("by"), {"author": self.article.author, "date": self.article.date}
        )
        by = f'<span class="by">{escape(writer.some("by"))}</span> <time>{escape(writer.some("stamp"))}</time>'
        return (
            f"<h1>{escape(self.article.teaser.title)}</h1>\n"
            + self.deck
            + self.box("byline", f"{by} <span>{self.says('minutes')}</span>")
            + self.share
        )

    @cached_property
    def deck(self) -> str:
        """The sentence under the headline."""
        return self.box("deck", escape(self.article.teaser.deck), "p")

    @cached_property
    def share(self) -> str:
        """Where to send it to."""
        return self.box("share", f"<ul>{items(self.site.lists['share'])}</ul>")

    @cached_property
    def image(self) -> str:
        """A picture and what it shows; every third article has none."""
        if self.chance.random() < 1 / 3:
            return ""
        credit = Writer(self.site.language, self.chance, self.site.says).some("credit")
        seen = f"{escape(self.article.caption)} <small>{escape(credit)}</small>"
        return f'<figure><img src="/i.jpg" alt="">{self.box("caption", seen, "figcaption")}</figure>\n'

    # ── between and below ───────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def letter(self) -> str:
        """A prompt to subscribe."""
        form = f'<form><input type="email"><button>{self.says("button")}</button></form>'
        return self.box("letter", f"<p>{self.says('newsletter')}</p>{form}<p>{self.says('small')}</p>")

    @cached_property
    def also(self) -> str:
        """One other article, in the middle of this one."""
        other = escape(self.others(1)[0].title)
        return self.box("also", f'<p><strong>{self.says("also")}</strong> <a href="#">{other}</a></p>')

    @cached_property
    def ad(self) -> str:
        """The place of an advertisement."""
        return self.box("slot", f"<span>{self.says('ad')}</span><div id=ad{self.chance.randrange(99)}></div>")

    @cached_property
    def support(self) -> str:
        """A call for members."""
        return self.box("support", f'<p>{self.says("support")}</p><a href="/join">{self.says("button")}</a>')

    @cached_property
    def tags(self) -> str:
        """What it is about."""
        return self.box("tags", f"<span>{self.says('tags')}</span><ul>{items(self.article.tags)}</ul>")

    @cached_property
    def bio(self) -> str:
        """Who wrote it."""
        return self.box("bio", f"<h4>{self.says('bio_head')}</h4><p>{escape(self.article.bio)}</p>")

    def cards(self, role: str, heading: str, shown: list[Teaser]) -> str:
        """Other articles with picture, section, headline, deck and date."""
        sections = self.site.lists["section"]
        cards = "".join(
            nested(
                f'<a href="/{each.number}"><picture><source><img src="/t.jpg" alt=""></picture></a>'
                f"<div><span>{escape(sections[each.number % len(sections)])}</span></div>"
                f'<h3><a href="/{each.number}">{escape(each.title)}</a></h3><p>{escape(each.deck)}</p>'
                f"<div><time>2024-{each.number % 12 + 1:02}-{each.number % 28 + 1:02}</time></div>",
                2,
            )
            for each in shown
        )
        return self.box(role, f"<h2>{self.says(heading)}</h2>{cards}", "section")

    @cached_property
    def related(self) -> str:
        """Other articles, a choice that differs from page to page."""
        return self.cards("related", "related", self.others(self.chance.randrange(6, 14)))

    @cached_property
    def popular(self) -> str:
        """The latest articles, nearly the same on all pages."""
        listed = items(each.title for each in self.others(8, latest=True))
        return self.box("popular", f"<h3>{self.says('popular')}</h3><ol>{listed}</ol>", "aside")

    @cached_property
    def comments(self) -> str:
        """What readers say, under half of the articles."""
        writer = Writer(self.site.language, self.chance, {})
        count = self.chance.randrange(2, 9) if self.chance.random() < 0.5 else 0
        posts = "".join(
            f'<li id="c{number}"><b>{escape(writer.some("first").lower())}{self.chance.randrange(99)}</b>'
            f" <time>{self.article.date} {self.chance.randrange(10, 24)}:15</time>"
            f"<p>{escape(writer.some('Comment'))}</p><ul>{items(self.site.lists['reply'])}</ul></li>"
            for number in range(count)
        )
        return self.box("comments", f"<h3>{self.says('comments')}</h3><ol>{posts}</ol><p>{self.says('rules')}</p>")

    @cached_property
    def foot(self) -> str:
        """The end of every page."""
        links = f"<ul>{items(self.site.lists['footer'])}</ul><ul>{items(self.site.lists['section'])}</ul>"
        return self.box("foot", f"{links}<p>{self.says('about')}</p><p>{self.says('copyright')}</p>", "footer")
