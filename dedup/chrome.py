"""What a site repeats around its articles: counted over distinct articles, and judged block by block.

Body text is sacred: losing a real paragraph is worse than leaving a disclaimer. So a block goes only when a certain rule
names it, when the extractor leaves it out of the page's article, or when it repeats *and* stands where chrome stands:
in the unbroken run of chrome at the top or the end, or so often that it can be no part of an article.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from dedup.data import Document, Flag, Format, Kind, Reason, Tag
from dedup.lexicon import Hit, Where, dom_kind, hits, languages_of
from dedup.text import count_words, plain, slots, split_names, word_list
from dedup.threads import find_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.config import Config

NEAR_BANDS, NEAR_ROWS, NEAR_SHINGLE = 8, 3, 3
"""The sketch by which near-equal blocks are counted: 8 keys of 3 MinHash slots over 3-word shingles."""
NEAR_AGREE = 3
"""A block is near-repeated in as many articles as its third most common key: at Jaccard .8 a near copy shares three of
eight keys with probability .9, at .3 with .001, so no pair need ever be looked at."""
PRINTS = 2 + NEAR_BANDS
BODY_WORDS = 25
"""A block of as many words, by no rule chrome, begins the body: the head of a document ends there."""
TAIL = 0.6
"""Where the tail begins at the latest, as a share of the article's text."""
EDGE_BLOCKS = 30
"""Blocks at the top and the end in which rules of those zones are looked for."""
BIO_WORDS = 90
"""Words of an author's biography, at most."""
SHORT = 12
"""Words of a block that is short enough for a label, a button or a link, but not for a paragraph."""
OFTEN, OFTEN_SHARE = 5, 0.05
"""A paragraph in the middle of articles is chrome from 5 articles and 5 % of the site's on: agency background that
several articles share is less, and is a duplicate."""
NAMELESS_SHARE = 0.01
"""Documents that name no site count as one; it may be a whole archive, so a block must stand in 1 % of them."""


# ── prints: what is counted ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class BlockText:
    """What is compared of a block: its words, and the words that remain when names and figures are slots."""

    exact: int
    template: int
    words: list[str]


def block_text(text: str) -> BlockText:
    """The exact and template prints of a block, 0 where there are too few words to tell anything by."""
    bare = plain(text)
    words = word_list(bare)
    frame = word_list(slots(bare))
    told = sum(word not in ("n", "0") for word in frame)
    exact = xxhash.xxh3_64_intdigest(" ".join(words).encode()) if words else 0
    return BlockText(exact, xxhash.xxh3_64_intdigest(" ".join(frame).encode()) if told >= 3 else 0, words)


def count_articles(
    keys: NDArray[np.uint64], articles: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """In how many distinct articles each key stands: sorted keys that stand in two or more, and their counts."""
    order = np.lexsort((articles, keys))
    keys, articles = keys[order], articles[order]
    new_key = np.concatenate(([True], keys[1:] != keys[:-1])) if len(keys) else np.zeros(0, bool)
    new_pair = new_key | np.concatenate(([True], articles[1:] != articles[:-1])) if len(keys) else new_key
    starts = np.flatnonzero(new_key)
    counts = np.add.reduceat(new_pair.astype(np.uint32), starts) if len(starts) else np.zeros(0, np.uint32)
    often = counts >= 2
    return keys[starts][often], counts[often].astype(np.uint32)


@dataclass(frozen=True, slots=True)
class Repetition:
    """In how many distinct articles of its site every print stands (1 where it is not in `keys`)."""

    keys: NDArray[np.uint64]
    counts: NDArray[np.uint32]

    def of(self, prints: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Counts (int64 [b, 3]: exact, template, near) of blocks' prints (uint64 [b, PRINTS], 0 = none)."""
        if not len(self.keys):
            return np.ones((len(prints), 3), np.int64)
        at = np.minimum(np.searchsorted(self.keys, prints), len(self.keys) - 1)
        counts = np.where((self.keys[at] == prints) & (prints != 0), self.counts[at], 1).astype(np.int64)
        near = np.sort(counts[:, 2:], axis=1)[:, -NEAR_AGREE]
        return np.stack([counts[:, 0], counts[:, 1], near], axis=1)


# ── judgement ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Verdict:
    kind: Kind
    why: str
    evidence: dict[str, Any]


@dataclass(slots=True)
class _Block:
    """A block with all that is known of it."""

    start: int
    end: int
    tag: Tag
    main: bool
    links: float
    path: str
    plain: str
    words: int
    counts: tuple[int, int, int]
    hits: tuple[Hit, ...]
    verdict: _Verdict | None = None


@dataclass(frozen=True, slots=True)
class _Site:
    name: str
    articles: int
    needed: int


def flags(document: Document, counts: NDArray[np.int64], articles: int, config: Config) -> list[Flag]:
    """The chrome of a document, and into its metadata what the chrome says of the article.

    `counts` (int64 [b, 3]) are its blocks' from `Repetition.of`; `articles` how many its site has.
    """
    needed = config.min_articles if document.site else max(config.min_articles, round(articles * NAMELESS_SHARE))
    site = _Site(document.site or "this collection", articles, needed)
    blocks = _look_at_all(document, counts)
    _by_extractor(blocks)
    article = [block for block in blocks if block.main]
    _by_rules(article)
    _by_thread(article)
    _take_metadata(document, blocks)
    _by_edges(article, site, _names(document.author))
    _by_often(article, site, document.format)
    _fill_gaps(article)
    _take_metadata(document, blocks)
    kinds = set(config.keep_kinds)
    return [
        Flag(block.start, block.end, Reason.CHROME, block.verdict.kind, block.verdict.why, block.verdict.evidence)
        for block in blocks
        if block.verdict and block.verdict.kind not in kinds
    ]


def _look_at_all(document: Document, counts: NDArray[np.int64]) -> list[_Block]:
    """The blocks with their counts, and the rules that match where they may stand at the widest."""
    article = [block for block in document.blocks if block.main]
    length = sum(block.end - block.start for block in article)
    bare = [plain(document.text[block.start : block.end]) for block in document.blocks]
    languages = languages_of((word for each in bare for word in each.casefold().split()), document.language)
    blocks, index, seen = [], 0, 0
    for block, text, of_block in zip(document.blocks, bare, counts, strict=True):
        zones = {Where.ANY}
        if index < EDGE_BLOCKS or not block.main:
            zones |= {Where.HEAD, Where.START}
        if index >= len(article) - EDGE_BLOCKS or seen >= TAIL * length or not block.main:
            zones |= {Where.TAIL, Where.END}
        words = count_words(text)
        tried = block.tag is not Tag.MATTER and (block.main or dom_kind(block.path) in (None, *_ROOMY))
        found = hits(text, words, frozenset(zones), languages) if tried else ()
        exact, template, near = (int(count) for count in of_block)
        known = (block.start, block.end, block.tag, block.main, block.links, block.path)
        blocks.append(_Block(*known, text, words, (exact, template, near), found))
        if block.main:
            index, seen = index + 1, seen + block.end - block.start
    return blocks


def _by_extractor(blocks: list[_Block]) -> None:
    """What the page's extractor leaves out of the article, and front matter."""
    for block in blocks:
        if block.tag is Tag.MATTER:
            block.verdict = _Verdict(
                Kind.HEADER, "Front matter: what it says is in the metadata.", {"rule": "front-matter"}
            )
        elif not block.main:
            named = next((hit.rule.kind for hit in block.hits if hit.rule.certain), None)
            place = dom_kind(block.path)
            vague = Kind.NAVIGATION if block.links > 0.5 else Kind.BOILERPLATE
            kind = place if place and place not in _ROOMY else named or place or vague
            where = block.path.rsplit("/", 2)[-2:]
            why = f"The extractor leaves it out of the article; it stands in {'/'.join(where)}."
            block.verdict = _Verdict(kind, why, {"path": block.path, "links": block.links})


_ROOMY = (Kind.BOILERPLATE, Kind.BYLINE, Kind.COPYRIGHT, Kind.FOOTER, Kind.HEADER)
"""Places that hold things of several kinds, or say things worth knowing: there the words are looked at, too."""


def _by_rules(article: list[_Block]) -> None:
    """What a certain rule names in its zone."""
    head = next((i for i, block in enumerate(article) if _is_body(block)), len(article))
    length = sum(block.end - block.start for block in article)
    seen = 0
    for index, block in enumerate(article):
        zones = {Where.ANY}
        if index < head:
            zones.add(Where.HEAD)
        if seen >= TAIL * length and index > head:
            zones.add(Where.TAIL)
        seen += block.end - block.start
        hit = next((hit for hit in block.hits if hit.rule.certain and not hit.rule.where.isdisjoint(zones)), None)
        if hit and not block.verdict:
            _apply(article, index, hit)


def _is_body(block: _Block) -> bool:
    chrome = any(hit.rule.certain for hit in block.hits)
    return not chrome and not block.verdict and block.tag is not Tag.HEADING and block.words >= BODY_WORDS


def _apply(article: list[_Block], index: int, hit: Hit) -> None:
    rule = hit.rule
    evidence: dict[str, Any] = {"rule": rule.name, "language": rule.language}
    article[index].verdict = _Verdict(
        rule.kind, f"Rule {rule.name}: {article[index].plain[:60]!r}.", evidence | hit.groups
    )
    stop = len(article) if rule.rest else min(len(article), index + 1 + rule.next)
    if rule.kind is Kind.RELATED and not rule.rest:
        while stop < len(article) and _is_entry(article[stop]):
            stop += 1
    for block in article[index + 1 : stop]:
        if not rule.rest and (block.words > rule.max_words or block.tag is Tag.HEADING):
            break
        if not block.verdict:
            block.verdict = _Verdict(rule.kind, f"Follows a block of rule {rule.name}.", evidence)


def _is_entry(block: _Block) -> bool:
    """An entry of a list of other articles: a short item without a full stop, or a link."""
    title = block.words <= 2 * SHORT and block.plain[-1:] not in ".\u3002"
    return title and (block.tag is Tag.ITEM or block.links > 0.6)


def _by_thread(article: list[_Block]) -> None:
    """A comment thread at the end: user names and replies, seen once."""
    left = [block for block in article if not block.verdict]
    cue = any(block.verdict and block.verdict.kind is Kind.COMMENTS for block in article)
    thread = find_thread([block.plain for block in left], [block.tag for block in left], cue=cue)
    if thread is not None:
        evidence = {"names": list(thread.names), "posts": thread.posts, "cue": thread.cue}
        for block in left[thread.start :]:
            block.verdict = _Verdict(
                Kind.COMMENTS, f"A comment thread of {thread.posts} posts under user names.", evidence
            )


def _by_edges(article: list[_Block], site: _Site, authors: tuple[str, ...]) -> None:
    """The unbroken runs of chrome at the top and the end: there weaker evidence is enough."""
    for run, where in ((article, Where.START), (article[::-1], Where.END)):
        body = False
        for block in run:
            if block.verdict:
                continue
            weak = _about_author(block, authors) if where is Where.END else None
            weak = weak or _weak(block, where, site)
            if weak:
                block.verdict = weak
            elif block.tag is Tag.RULE or (where is Where.START and block.tag is Tag.HEADING and not body):
                body = body or block.tag is Tag.HEADING  # the headline may stand in the run, and stays
            else:
                break


def _names(author: str | None) -> tuple[str, ...]:
    """The names in a line of authors, of two words or more each."""
    parts = split_names(author or "")
    return tuple(part.casefold() for part in parts if " " in part)


def _about_author(block: _Block, authors: tuple[str, ...]) -> _Verdict | None:
    """At the end of an article, a paragraph that begins with its author's name speaks of the author."""
    start = block.plain.casefold()
    if block.words <= BIO_WORDS and any(start.startswith(name) and len(start) > len(name) + 4 for name in authors):
        return _Verdict(
            Kind.AUTHOR_BIO, "It begins with the author's name and ends the article.", {"rule": "begins-with-author"}
        )
    return None


def _weak(block: _Block, where: Where, site: _Site) -> _Verdict | None:
    """A verdict by hint or repetition for a block that stands in the run of chrome at `where`."""
    zone = {Where.ANY, where, Where.HEAD if where is Where.START else Where.TAIL}
    hint = next((hit for hit in block.hits if not hit.rule.where.isdisjoint(zone)), None)
    if hit_alone := (hint if hint and hint.rule.certain else None):
        return _Verdict(
            hit_alone.rule.kind,
            f"Rule {hit_alone.rule.name}: {block.plain[:60]!r}.",
            {"rule": hit_alone.rule.name} | hit_alone.groups,
        )
    if block.tag in (Tag.QUOTE, Tag.HEADING):
        return None  # a quotation that several articles share is a duplicate; a heading goes with what is under it
    kind = Kind.FOOTER if where is Where.END else Kind.HEADER
    for count, how in zip(block.counts, ("exact", "template", "near"), strict=True):
        if count >= site.needed:
            return _repeated(block, count, how, (hint.rule.kind if hint else dom_kind(block.path)) or kind, site)
    return None


def _repeated(block: _Block, count: int, how: str, kind: Kind, site: _Site) -> _Verdict:
    evidence = {"articles": count, "of": site.articles, "match": how}
    likeness = {
        "exact": "Stands",
        "template": "Stands, but for names and figures,",
        "near": "Stands, nearly the same,",
    }[how]
    return _Verdict(kind, f"{likeness} in {count} of {site.articles} articles of {site.name}.", evidence)


def _by_often(article: list[_Block], site: _Site, format_: Format) -> None:
    """What repeats in the middle of articles: labels and links soon, paragraphs only when very often."""
    often = max(site.needed, OFTEN, round(OFTEN_SHARE * site.articles))
    for block in article:
        count = block.counts[0]
        written = format_ is not Format.HTML and block.tag in (
            Tag.HEADING,
            Tag.ITEM,
        )  # an article's own list or section
        if block.verdict or block.tag is Tag.QUOTE or written or count < 2:
            continue
        hint = next((hit.rule for hit in block.hits), None)
        light = block.words <= SHORT and (block.links > 0.5 or hint is not None or format_ is Format.HTML)
        enough = 2 if light and format_ is Format.HTML else (site.needed if light or hint else often)
        if count >= enough and (block.tag is not Tag.HEADING or light):
            kind = (hint.kind if hint else dom_kind(block.path)) or Kind.BOILERPLATE
            block.verdict = _repeated(block, count, "exact", kind, site)


def _fill_gaps(article: list[_Block]) -> None:
    """Rules between chrome, a stray link in the middle of it, and headings with nothing but chrome under them."""
    for index, block in enumerate(article):
        before = article[index - 1].verdict if index else None
        after = article[index + 1].verdict if index + 1 < len(article) else None
        edge = index in (0, len(article) - 1)
        if not block.verdict and block.tag is Tag.RULE and ((before and after) or (edge and (before or after))):
            block.verdict = _Verdict(Kind.FOOTER, "A rule between chrome.", {"rule": "rule-between-chrome"})
        elif not block.verdict and before and after and block.links > 0.9 and block.words <= SHORT:
            block.verdict = _Verdict(
                before.kind, "Nothing but links, between chrome.", {"rule": "links-between-chrome"}
            )
    for index, block in enumerate(article):
        if not block.verdict and block.tag is Tag.HEADING and index:
            section = list(_section(article, index))
            if section and all(each.verdict for each in section) and block.counts[0] >= 2:
                first = section[0].verdict
                kind = first.kind if first else Kind.BOILERPLATE
                block.verdict = _Verdict(
                    kind, "A repeated heading with nothing but chrome under it.", {"rule": "empty-section"}
                )


def _section(article: list[_Block], index: int) -> Iterator[_Block]:
    for block in article[index + 1 :]:
        if block.tag is Tag.HEADING and not block.verdict:
            return
        yield block


def _take_metadata(document: Document, blocks: list[_Block]) -> None:
    """Move what chrome says of the article into its metadata; what is stated already stands."""
    for block in blocks:
        if block.tag is Tag.MATTER:
            name, _, value = document.text[block.start : block.end].partition(":")
            _state(document, _MATTER.get(name.strip().casefold(), ""), value.strip().strip("\"'"))
        elif block.verdict:
            for hit in block.hits:
                if hit.rule.certain and hit.rule.kind is block.verdict.kind:
                    for name, value in hit.groups.items():
                        _state(
                            document, "publisher" if name == "source" and hit.rule.kind is Kind.BYLINE else name, value
                        )
    if document.title is None:
        first = next((block for block in blocks if block.main and not block.verdict), None)
        if first and (first.tag is Tag.HEADING or (first.words <= 2 * SHORT and first.plain[-1:].isalnum())):
            document.title = first.plain


_MATTER = {"title": "title", "subject": "title", "date": "date", "author": "author", "authors": "author", "from": "author",
           "tags": "tags", "category": "tags", "categories": "tags", "keywords": "tags", "url": "url", "permalink": "url",
           "lang": "language", "language": "language"}  # fmt: skip


def _state(document: Document, name: str, value: str) -> None:
    if name == "tags":
        new = [tag.strip(" []\"'") for tag in value.split(",")]
        document.tags = list(dict.fromkeys([*document.tags, *(tag for tag in new if tag)]))
    elif name == "publisher":
        document.metadata.setdefault("publisher", value)
    elif (
        name in ("title", "author", "date", "source", "site", "url", "language")
        and value
        and not getattr(document, name)
    ):
        setattr(document, name, value)
