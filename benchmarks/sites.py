"""Invented sites: what stays the same on all pages of a site, from its name to the weight of its scripts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from random import Random

from benchmarks.prose import Teaser, Writer, teaser, words

KINDS = {
    "news": "en",
    "blog": "en",
    "magazine": "en",
    "portal": "en",
    "docs": "en",
    "app": "en",
    "regional": "de",
    "revue": "fr",
}
"""The kinds of sites (see `layouts`), and the language each is written in."""
STYLES = ("plain", "bem", "prefix", "hash")
PLAIN = {
    "main": ("main", "content", "page", "wrapper"),
    "story": ("article", "post", "story", "entry", "hentry"),
    "body": ("article-body", "entry-content", "post-content", "story-text", "field-body", "text", "copy"),
    "share": ("share", "social", "sharebar", "addtoany"),
    "related": ("related", "more", "teasers", "recommended", "read-next"),
    "letter": ("newsletter", "signup", "subscribe-box", "mailing"),
    "comments": ("comments", "discussion", "responses", "reader-posts"),
    "bio": ("author-bio", "author-card", "about-author", "contributor"),
    "caption": ("caption", "wp-caption-text", "legend", "image-note"),
}
"""Names that sites give to the same thing; where there are none, the name of the thing itself."""


@dataclass(frozen=True)
class Site:
    """A site: `number` and `seed` decide all of it."""

    number: int
    seed: int

    @cached_property
    def kind(self) -> str:
        """Which of the `KINDS` it is; neighbours in number are of different kinds."""
        return tuple(KINDS)[self.number % len(KINDS)]

    @property
    def language(self) -> str:
        """The language of its pages."""
        return KINDS[self.kind]

    @property
    def name(self) -> str:
        """Its host."""
        return f"{self.kind}-{self.number:04}.example"

    def chance(self, *what: object) -> Random:
        """Luck that depends on the site and on what it is for, and on nothing else."""
        return Random("/".join(map(str, (self.seed, self.number, *what))))

    @cached_property
    def says(self) -> dict[str, str]:
        """What the site says on all its pages: its brand, and one wording each of its prompts and labels."""
        writer = Writer(self.language, self.chance("says"), {})
        brand = writer.some("brand")
        named = Writer(self.language, writer.chance, {"brand": brand[0].upper() + brand[1:]})
        fixed = ("cookies", "newsletter", "button", "small", "support", "related", "popular", "also", "comments")
        also = ("rules", "skip", "copyright", "about", "minutes", "ad", "tags", "bio_head")
        return {**named.known, **{name: named.some(name) for name in (*fixed, *also)}}

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        """Its sections, links to share, links of the footer and of comments."""
        writer = Writer(self.language, self.chance("lists"), self.says)
        sections = list(words(self.language)["section"])
        writer.chance.shuffle(sections)
        return {"section": sections, **{name: writer.every(name) for name in ("share", "footer", "reply")}}

    def teaser(self, number: int) -> Teaser:
        """What it shows of an article of its own."""
        return teaser(Writer(self.language, self.chance("head", number), self.says), number)

    # ── how it is built ─────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def style(self) -> str:
        """How it names its classes: some tell what a thing is, and those of programs that build pages tell nothing."""
        if self.kind in ("portal", "app"):
            return {"portal": "plain", "app": "hash"}[self.kind]
        return self.chance("style").choices(STYLES, (4, 3, 3, 1))[0]

    def named(self, role: str) -> str:
        """The class of a thing on its pages."""
        plain = self.chance("class", role).choice(PLAIN.get(role, (role,)))
        code = blake2b(f"{self.seed}{self.number}{role}".encode(), digest_size=3).hexdigest()
        prefix = f"{self.kind[:2]}{self.number % 97}"
        return {
            "plain": plain,
            "bem": f"{prefix}-page__{plain}",
            "prefix": f"{prefix}-{plain} {prefix}-grid",
            "hash": f"css-{code}",
        }[self.style]

    @cached_property
    def css(self) -> str:
        """The rules for looks that it repeats on every page, 8 to 60 kB."""
        chance = self.chance("css")
        return "".join(
            f".{chance.choice(STYLES)}-{number:x}{{margin:{chance.randrange(40)}px {chance.randrange(9)}em;"
            f"color:#{chance.randrange(1 << 24):06x};max-width:{chance.randrange(1400)}px}}"
            for number in range(chance.randrange(120, 1000))
        )

    @cached_property
    def script(self) -> str:
        """The program that it repeats on every page, 10 to 110 kB."""
        chance = self.chance("script")
        return "".join(
            f'function f{number:x}(a,b){{var c=a["{chance.randrange(1 << 30):x}"]||b.length>{chance.randrange(99)};'
            f"return c?e.push([{chance.randrange(1 << 20)},c]):d(a,{number})}};"
            for number in range(chance.randrange(100, 1100))
        )

    @cached_property
    def sprite(self) -> str:
        """Its pictograms, drawn into every page."""
        chance = self.chance("sprite")
        paths = (" ".join(f"{chance.uniform(0, 24):.2f}" for _ in range(60)) for _ in range(chance.randrange(6, 24)))
        symbols = "".join(
            f'<symbol id="i{number}" viewBox="0 0 24 24"><title>icon {number}</title><path d="M{path}z"/></symbol>'
            for number, path in enumerate(paths)
        )
        return f'<svg xmlns="http://www.w3.org/2000/svg" style="display:none">{symbols}</svg>'
