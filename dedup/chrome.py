"""What a site repeats around its articles: counted over distinct articles, and judged block by block.

Body text is sacred: losing a real paragraph is worse than leaving a disclaimer. So a block goes only when a certain
rule names it, when the extractor leaves it out of the page's article, or when it repeats *and* stands where chrome
stands: in the unbroken run of chrome at the top or the end, or so often that it can be no part of an article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.data import Document, Flag, Format, Kind, Reason, Tag
from dedup.evidence import TAIL, Evidence, Site, Verdict, look, spoken
from dedup.lexicon import Hit, Where, dom_kind
from dedup.metadata import state_groups, state_matter
from dedup.outside import Kinds, Known, about_author, full_names
from dedup.threads import find_thread
from dedup.wanted import kept_kinds, take_unwanted

if TYPE_CHECKING:
    from dedup.config import Config

BODY_WORDS = 25
"""A block of as many words, by no rule chrome, begins the body: the head of a document ends there."""
SHORT = 12
"""Words of a block that is short enough for a label, a button or a link, but not for a paragraph."""
NAMELESS_SHARE = 0.01
"""Documents that name no site count as one; it may be a whole archive, so a block must stand in 1 % of them."""


def flags(document: Document, known: Known, kinds: Kinds, articles: int, config: Config) -> list[Flag]:
    """The chrome within the article of a document, into `kinds` what its other blocks are by their words, and into its
    metadata what all chrome says of the article; `articles` its site has."""
    needed = config.min_articles if document.site else max(config.min_articles, round(articles * NAMELESS_SHARE))
    site = Site(document.site or "this collection", articles, needed)
    blocks = known.table.only(known.main)
    languages = spoken(document, blocks)
    away = kinds.by_words(document, known, languages, full_names(document.author))
    article = look(document, blocks, known.counts[known.main].tolist(), languages)
    _by_format(article)
    if len(article) > 1:  # a text of one block is what there is to say, and furnishes nothing
        _by_rules(article)
        if document.says >= 0:  # the posts of a page that says it is a forum are what it has
            _by_thread(article)
        _take_metadata(document, article, away)
        _by_edges(article, site, full_names(document.author))
        _by_often(article, site, document.format)
        _fill_gaps(article)
    _take_metadata(document, article, away)
    take_unwanted(article, config)
    stay = kept_kinds(config)
    return [
        Flag(block.start, block.end, Reason.CHROME, block.verdict.kind, block.verdict.why, block.verdict.evidence)
        for block in article
        if block.verdict and block.verdict.kind not in stay
    ]


def _by_format(article: list[Evidence]) -> None:
    """Front matter."""
    for block in article:
        if block.tag is Tag.MATTER:
            block.verdict = Verdict(
                Kind.HEADER, "Front matter: what it says is in the metadata.", {"rule": "front-matter"}
            )


def _by_rules(article: list[Evidence]) -> None:
    """What a certain rule names in its zone."""
    head = next((i for i, block in enumerate(article) if _is_body(block)), len(article))
    length = sum(block.end - block.start for block in article)
    seen = 0
    for index, block in enumerate(article):
        tail = seen >= TAIL * length and index > head
        seen += block.end - block.start
        hit = None if block.verdict else next(block.hits(_ZONES[index < head, tail], certain=True), None)
        if hit:
            _apply(article, index, hit)


_ZONES = {
    (head, tail): frozenset({Where.ANY, *[Where.HEAD] * head, *[Where.TAIL] * tail})
    for head in (False, True)
    for tail in (False, True)
}
"""The zones of a block by whether it stands before the body, and in the tail."""
_EDGES = {
    Where.START: frozenset({Where.ANY, Where.START, Where.HEAD}),
    Where.END: frozenset({Where.ANY, Where.END, Where.TAIL}),
}
"""The zones of a block in the run of chrome at the top, and at the end."""


def _is_body(block: Evidence) -> bool:
    running = not block.verdict and block.tag is not Tag.HEADING and block.words >= BODY_WORDS
    return running and next(block.hits(certain=True), None) is None


def _apply(article: list[Evidence], index: int, hit: Hit) -> None:
    rule = hit.rule
    evidence: dict[str, Any] = {"rule": rule.name, "language": rule.language}
    article[index].verdict = Verdict(
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
            block.verdict = Verdict(rule.kind, f"Follows a block of rule {rule.name}.", evidence)


def _is_entry(block: Evidence) -> bool:
    """An entry of a list of other articles: a short item without a full stop, or a link."""
    title = block.words <= 2 * SHORT and block.plain[-1:] not in ".\u3002"
    return title and (block.tag is Tag.ITEM or block.links > 0.6)


def _by_thread(article: list[Evidence]) -> None:
    """A comment thread at the end: user names and replies, seen once."""
    left = [block for block in article if not block.verdict]
    cue = any(block.verdict and block.verdict.kind is Kind.COMMENTS for block in article)
    thread = find_thread([block.plain for block in left], [block.tag for block in left], cue=cue)
    if thread is not None:
        evidence = {"names": list(thread.names), "posts": thread.posts, "cue": thread.cue}
        for block in left[thread.start :]:
            block.verdict = Verdict(
                Kind.COMMENTS, f"A comment thread of {thread.posts} posts under user names.", evidence
            )


def _by_edges(article: list[Evidence], site: Site, authors: tuple[str, ...]) -> None:
    """The unbroken runs of chrome at the top and the end: there weaker evidence is enough."""
    introduces = _introductions(article)
    for run, where in ((article, Where.START), (article[::-1], Where.END)):
        body = False
        for block in run:
            if block.verdict:
                continue
            if block.start in introduces:
                break
            weak = _about_author(block, authors) if where is Where.END else None
            weak = weak or _weak(block, where, site)
            if weak:
                block.verdict = weak
            elif block.tag is Tag.HEADING and block.counts[0] >= site.needed:
                continue  # it goes if all under it does
            elif block.tag is Tag.RULE or (where is Where.START and block.tag is Tag.HEADING and not body):
                body = body or block.tag is Tag.HEADING  # the headline may stand in the run, and stays
            else:
                break


def _introductions(article: list[Evidence]) -> set[int]:
    """Where blocks stand that introduce a quotation: "In article 7, Ada writes:". They belong to it, however many
    articles quote in these words."""
    return {
        block.start
        for index, block in enumerate(article)
        if block.tag is Tag.PARAGRAPH
        and block.plain.endswith((":", "..."))
        and any(after.tag is Tag.QUOTE for after in article[index + 1 : index + 3])
    }


def _about_author(block: Evidence, authors: tuple[str, ...]) -> Verdict | None:
    """At the end of an article, a paragraph that begins with its author's name speaks of the author."""
    if about_author(block.plain, block.words, authors):
        return Verdict(
            Kind.AUTHOR_BIO, "It begins with the author's name and ends the article.", {"rule": "begins-with-author"}
        )
    return None


def _weak(block: Evidence, where: Where, site: Site) -> Verdict | None:
    """A verdict by hint or repetition for a block that stands in the run of chrome at `where`."""
    hint = next(block.hits(_EDGES[where]), None)
    if hit_alone := (hint if hint and hint.rule.certain else None):
        return Verdict(
            hit_alone.rule.kind,
            f"Rule {hit_alone.rule.name}: {block.plain[:60]!r}.",
            {"rule": hit_alone.rule.name} | hit_alone.groups,
        )
    if block.tag in (Tag.QUOTE, Tag.HEADING):
        return None  # a quotation that several articles share is a duplicate; a heading goes with what is under it
    kind = Kind.FOOTER if where is Where.END else Kind.HEADER
    # A whole paragraph of running text may be an article's own, which two others share: then it is a duplicate.
    running = block.words >= BODY_WORDS and block.links < 0.3 and hint is None and dom_kind(block.path) is None
    needed = site.often if running else site.needed
    for count, how in zip(block.counts, ("exact", "template", "near"), strict=True):
        if count >= needed:
            return _repeated(count, how, (hint.rule.kind if hint else dom_kind(block.path)) or kind, site)
    return None


def _repeated(count: int, how: str, kind: Kind, site: Site) -> Verdict:
    evidence = {"articles": count, "of": site.articles, "match": how}
    likeness = {
        "exact": "Stands",
        "template": "Stands, but for names and figures,",
        "near": "Stands, nearly the same,",
    }[how]
    return Verdict(kind, f"{likeness} in {count} of {site.articles} articles of {site.name}.", evidence)


def _by_often(article: list[Evidence], site: Site, format_: Format) -> None:
    """What repeats in the middle of articles: labels and links soon, paragraphs only when very often."""
    for block in article:
        count = block.counts[0]
        # An article's own list or section, as it was written.
        written = format_ is not Format.HTML and block.tag in (Tag.HEADING, Tag.ITEM)
        if block.verdict or block.tag is Tag.QUOTE or written or count < 2:
            continue
        hint = next(block.hits(), None)
        enough = _enough(block, site, format_, hint is not None)
        if count >= enough and (block.tag is not Tag.HEADING or enough < site.often):
            kind = (hint.rule.kind if hint else dom_kind(block.path)) or Kind.BOILERPLATE
            block.verdict = _repeated(count, "exact", kind, site)


def _enough(block: Evidence, site: Site, format_: Format, hint: bool) -> int:
    """In how many articles a block in the middle must stand to be chrome: the fewer the more it looks like it."""
    short, page = block.words <= SHORT, format_ is Format.HTML
    if short and (hint or block.links > 0.5):
        return 2 if page else site.needed
    # A short paragraph by itself is a label or a call; a line of a list may be an ingredient.
    label = short and page and block.tag is Tag.PARAGRAPH
    return site.needed if label or hint else site.often


def _fill_gaps(article: list[Evidence]) -> None:
    """Rules between chrome, a stray link in the middle of it, and headings with nothing but chrome under them."""
    for index, block in enumerate(article):
        before = article[index - 1].verdict if index else None
        after = article[index + 1].verdict if index + 1 < len(article) else None
        edge = index in (0, len(article) - 1)
        if not block.verdict and block.tag is Tag.RULE and ((before and after) or (edge and (before or after))):
            block.verdict = Verdict(Kind.FOOTER, "A rule between chrome.", {"rule": "rule-between-chrome"})
        elif not block.verdict and before and after and block.links > 0.9 and block.words <= SHORT:
            block.verdict = Verdict(before.kind, "Nothing but links, between chrome.", {"rule": "links-between-chrome"})
    for index in range(len(article) - 1, 0, -1):  # from the end: a section may hold nothing but empty ones
        block = article[index]
        if not block.verdict and block.tag is Tag.HEADING and block.counts[0] >= 2 and _is_empty(article, index):
            first = article[index + 1].verdict
            kind = first.kind if first else Kind.BOILERPLATE
            block.verdict = Verdict(
                kind, "A repeated heading with nothing but chrome under it.", {"rule": "empty-section"}
            )


def _is_empty(article: list[Evidence], index: int) -> bool:
    """Whether there is something under a heading, and nothing but chrome."""
    for at in range(index + 1, len(article)):  # no slice: of every heading it would copy all that follows
        block = article[at]
        if block.tag is Tag.HEADING and block.level <= article[index].level:
            return at > index + 1
        if not block.verdict:
            return False
    return index + 1 < len(article)


def _take_metadata(document: Document, article: list[Evidence], away: list[tuple[int, Hit]]) -> None:
    """Move what chrome says of the article into its metadata, in the page's order; what is stated already stands."""
    for block in article:
        if block.tag is Tag.MATTER:
            state_matter(document, document.text[block.start : block.end])
    said = [
        (block.start, hit)
        for block in article
        if block.verdict and block.tag is not Tag.MATTER
        for hit in block.hits(certain=True, kind=block.verdict.kind)
    ]
    for _, hit in sorted([*said, *away], key=lambda each: each[0]):
        state_groups(document, hit)
    if document.title is None:
        first = next((block for block in article if not block.verdict), None)
        if first and (first.tag is Tag.HEADING or (first.words <= 2 * SHORT and first.plain[-1:].isalnum())):
            document.title = first.plain
