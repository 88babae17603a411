"""The kernel in C++: the same results as the definitions in Python."""

from collections.abc import Callable
from typing import Any

import numpy as np
from lxml.html import HtmlElement
from numpy.typing import NDArray

from dedup.characters import Page

_Columns = tuple[
    str, NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8], NDArray[np.float64], NDArray[np.int32], list[str]
]

def blocks(xml: bytes) -> _Columns | None:
    """The text, starts, ends, tags, shares of links, path numbers and paths of a page's blocks.

    None where the page holds what only `dedup.html_blocks` can tell.

    Raises:
        ValueError: it is not well-formed XML in UTF-8.
    """

def blocks_in(tree: HtmlElement) -> _Columns | None:
    """The same off the tree that lxml keeps. Only where `dedup.html_walk` knows how this lxml keeps it.

    Raises:
        TypeError: it is no element of lxml.
    """

_Found = tuple[int, str, dict[str, str], str | None, str | None]
"""An element of a `Tree`: its number there, its tag, its attributes, and as with lxml its text and its tail."""

class Tree:
    """A page that a `Parser` parsed: `dedup.html_tree`."""

    def blocks(self) -> _Columns | None:
        """As `blocks_in`."""

    def found_by(self, finder: Finder) -> list[_Found]:
        """As `Finder.found_in`."""

    def root(self) -> _Found: ...
    def parent(self, number: int) -> _Found | None:
        """The element around one.

        Raises:
            IndexError: no element has the number.
        """

    def children(self, number: int) -> list[_Found]:
        """The elements that stand in one; raises as `parent` does."""

class Parser:
    """Parses HTML as libxml2 2.14 does. `references` are those that HTML has, with their `;` where they have one."""

    def __init__(self, references: list[tuple[str, str]]) -> None: ...
    def parse(self, html: bytes) -> Tree | None:
        """None where it is not known what libxml2 would do."""

def utf8(text: str) -> bytes:
    """`text.encode("utf-8", "replace")`."""

def slim(page: bytes) -> bytes:
    """What `dedup.html_slim.slim` gives."""

class Finder:
    """Elements by their names, and by words that stand in their attributes: `dedup.html_find`."""

    def __init__(self, names: list[str], words: list[tuple[str, str]]) -> None: ...
    def found_in(self, tree: HtmlElement) -> list[HtmlElement]:
        """An element and those in it that are looked for, in the order of the page. Where `blocks_in` may be asked.

        Raises:
            TypeError: it is no element of lxml.
        """

def kept_blocks(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], line_words: NDArray[np.uint64], line_bounds: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Of every block whether a line is granted to it: `dedup.verdict`. Ragged columns, bounds one longer than rows.

    Raises:
        ValueError: the bounds are none.
    """

def log_odds(
    rows: NDArray[np.int16], features: NDArray[np.int16], thresholds: NDArray[np.int16], leaves: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The sum of the leaves of every row (int32 [b]): `dedup.model`.

    Raises:
        ValueError: the trees are not whole, or ask for what a row does not have.
    """

def text_features(
    texts: list[str],
    owners: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    counts: NDArray[np.int64],
) -> NDArray[np.float64]:
    """What spans of so many words say (float64 [b, 7]): `dedup.features`.

    Raises:
        ValueError: a span does not lie in its text, or the columns are of different lengths.
    """

def features(
    texts: NDArray[np.float64],
    words: NDArray[np.float64],
    links: NDArray[np.float64],
    told: NDArray[np.float64],
    kept: NDArray[np.bool_],
    tags: NDArray[np.uint8],
    places: NDArray[np.int32],
    place_rows: NDArray[np.int16],
    groups: NDArray[np.int32],
    says: int,
) -> NDArray[np.int16]:
    """The features of a page's blocks (int16 [b, f]): `dedup.features`.

    Raises:
        ValueError: the columns are not of one page.
    """

def prints(
    texts: list[str],
    owners: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    page: Callable[[int], Page],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """The columns of `dedup.repetition.BlockTexts`, and the spans (int64 [u]) that only `dedup.repetition` can tell
    anything of: those have no words, and prints of 0. `page` is `dedup.characters.page`.

    Raises:
        ValueError: a span does not lie in its text, or the columns are of different lengths.
    """

def words(
    texts: list[str],
    owners: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    page: Callable[[int], Page],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The columns of `dedup.spans.Words`, and the spans (int64 [u]) whose words only `dedup.text` can tell: those have
    none here.

    Raises:
        ValueError: a span does not lie in its text, or the columns are of different lengths.
    """

def bare(
    text: str, starts: NDArray[np.int32], ends: NDArray[np.int32], page: Callable[[int], Page]
) -> tuple[list[str], list[int], list[int]]:
    """`dedup.spans.bare` of parts of a text: as rules see them, and how many words they have; and the numbers of those
    that only the definition can tell.

    Raises:
        ValueError: a span does not lie in the text, or the columns are of different lengths.
    """

def distinct(
    texts: list[str],
    owners: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    groups: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """What `dedup.spans.distinct` gives.

    Raises:
        ValueError: a span does not lie in its text, or the columns are of different lengths.
    """

def marked_words(
    text: str,
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    kinds: NDArray[np.uint8],
    unread: NDArray[np.int32] | None,
    page: Callable[[int], Page],
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]] | None:
    """The columns of `dedup.words.MarkedWords`; `kinds` are the marks that all words of a span have; words that begin
    between a place of `unread` and the next are left out, or without places, those that links lead to. None where the
    text holds what only `dedup.words` can tell; without places, also where a block may begin with initials.

    Raises:
        ValueError: a span does not lie in its text, or the columns are of different lengths.
    """

def marked_texts(
    texts: list[str],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    kinds: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    page: Callable[[int], Page],
) -> tuple[
    NDArray[np.uint64],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.uint8],
    NDArray[np.int64],
    NDArray[np.int64],
]:
    """The columns of `dedup.words.MarkedWords` of many texts, the bounds (int64 [n + 1]) of each text's words, and the
    texts (int64 [u]) for which `marked_words` has to be asked: those have no words here. Text i has the spans from
    `bounds[i]` to `bounds[i + 1]`.

    Raises:
        ValueError: a span does not lie in its text, the bounds are not those of the spans, or the columns are of
            different lengths.
    """

_TextBlocks = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8], NDArray[np.float64]]

def text_blocks(text: str, page: Callable[[int], Page]) -> _TextBlocks | None:
    """The starts, ends (code points), tags and shares of links of the blocks of Markdown or text: `dedup.markup`.

    None where only the definition can tell: the text holds a lone surrogate, or has 2 GiB.
    """

def blocks_of_texts(
    utf8: NDArray[np.uint8], bounds: NDArray[np.int64], links: bool, unread: bool, page: Callable[[int], Page]
) -> dict[str, NDArray[Any]]:
    """The blocks of the texts utf8[bounds[i]:bounds[i + 1]], places counted from where each text begins.

    `bounds` int64 [t + 1], the blocks of text i being rows `bounds[i]:bounds[i + 1]` of `starts` and `ends` (int32,
    bytes), `firsts` and `lasts` (int32, code points), `tags` (uint8) and `links` (float64; empty unless asked for).
    `unread_bounds` likewise, of rows of `unread_starts`, `unread_ends`, `unread_firsts`, `unread_lasts` (int32): what
    `dedup.text.unread` names of all blocks of a text; no rows unless asked for. `unknown` int64, the numbers of texts
    that only the definition can tell anything of, with no rows here: they hold NUL, are no UTF-8, or have 2 GiB.

    Raises:
        ValueError: the bounds are not those of the bytes.
    """

def unread(text: str, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> NDArray[np.int32]:
    """Where what `dedup.text.unread` names of spans begins and ends, each part once, ascending: int32 [2 u].

    Raises:
        ValueError: a span does not lie in the text, or the columns are of different lengths.
    """

def hashes(texts: list[str]) -> NDArray[np.uint64]:
    """What `dedup.spans.hashes` gives."""

_Sketch = tuple[int, tuple[int, int], NDArray[np.uint32], NDArray[np.uint32]]
"""How a sketch is made (`dedup.sign.sketch`): the words of a shingle; bands and rows; the multiplier and the increment
of each slot."""

def band_keys(words: NDArray[np.uint64], bounds: NDArray[np.int64], sketch: _Sketch) -> NDArray[np.uint64]:
    """The keys (uint64 [p, bands]) of `dedup.sign.passage_keys`.

    Raises:
        ValueError: the bounds are not those of the words, there are not enough permutations, or no shingle has so many
            words.
    """

def signatures(
    texts: list[str],
    shingle: int,
    multipliers: NDArray[np.uint32],
    increments: NDArray[np.uint32],
    page: Callable[[int], Page],
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The rows (uint32 [n, slots]) of `dedup.sketch.signatures`, and the texts (int64 [u]) that only the definition can
    tell anything of: those have rows as texts without words do.

    Raises:
        ValueError: the columns are of different lengths, or no shingle has so many words.
    """

def whole_words(
    texts: list[str], page: Callable[[int], Page]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The columns of `dedup.sketch.WholeWords`, and the texts (int64 [u]) that only the definition can tell: those have
    no words here."""

def text_keys(
    data: NDArray[np.uint8], bounds: NDArray[np.int64], sketch: _Sketch, whole: bool, page: Callable[[int], Page]
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
    """The columns of `dedup.sketch.TextKeys`, and the texts (int64 [u]) that only the definition can tell, or that are
    no UTF-8: all of theirs is 0.

    Raises:
        ValueError: the bounds leave the data or go back, or as `band_keys`.
    """

def instructions() -> str:
    """The widest instructions that are used: plain, sse2, avx2 or avx512. DEDUP_INSTRUCTIONS in the environment asks
    for no wider ones."""

def seeds(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], shingle: int, window: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The hashes and places of the seeds of all passages: `dedup.keyed.seeds`.

    Raises:
        ValueError: the bounds are not those of the words.
    """

def parted_seeds(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], shingle: int, window: int, bits: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int32]]:
    """The same by ranges of hashes, `2 ** bits` of them: `dedup.keyed.parted_seeds`.

    Raises:
        ValueError: the bounds are not those of the words, or `bits` is not from 1 to 16.
    """

_Keys = tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint64], NDArray[np.uint64]]

def word_keys(
    words: NDArray[np.uint64], marks: NDArray[np.uint8], bounds: NDArray[np.int64], min_words: int, sketch: _Sketch
) -> _Keys:
    """What `dedup.keyed.word_keys` gives, given the hashes and the marks of words.

    Raises:
        ValueError: the bounds are not those of the words, or as `band_keys`.
    """

_Strings = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Strings in UTF-8, one behind the other, and the bounds of each."""
_Pages = Callable[[int], Page]

def read_lines(
    piece: NDArray[np.uint8], sketch: _Sketch, min_words: int, max_bytes: int, words: bool, page: _Pages
) -> tuple[dict[str, Any], int]:
    """What `dedup.lines` keeps of the lines of a piece of a file that hold something, column by column: `states` uint8,
    `numbers`, `starts`, `ends`, `text_starts`, `text_ends`, `characters`, `words` int64 [n], `digests`, `prints` uint64
    [n, 2], `keys` uint64 [bands, n], and as strings `ids`, `dates`, `urls`, `sites`; and how many lines there are.
    Unless `words` are asked for, `words`, `prints` and `keys` are 0.
    """

_Packed = tuple[
    NDArray[np.uint64],
    NDArray[np.uint8],
    NDArray[np.uint16],
    NDArray[np.uint8],
    NDArray[np.int64],
    NDArray[np.int64],
]
"""The columns of `dedup.packed.Packed`."""

def line_texts(
    piece: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    asked: tuple[int, _Sketch, tuple[int, int, int]],
    page: _Pages,
) -> tuple[
    _Strings,
    tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]],
    NDArray[np.int64],
    _Packed,
    NDArray[np.int64],
    tuple[tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.int32]], _Keys],
    NDArray[np.int64],
]:
    """The columns of `dedup.lined.Texts` of texts that are strings of JSON from `starts` to `ends` (int64 [n]) of a
    piece; what `dedup.keyed.parted_seeds` and `word_keys` give of their words; and the numbers (int64 [u]) of those
    that only the definition can tell. `asked` are the least words of a block with keys, the sketch of these, and the
    shingle, the window and the bits of seeds.

    Raises:
        ValueError: a text does not lie in the piece, or is no string; as `word_keys` and `parted_seeds`.
    """

def losses(
    documents: tuple[_Strings, _Strings],
    blocks: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]],
    copies: tuple[tuple[NDArray[np.int32], NDArray[np.int64]], tuple[NDArray[np.float64], NDArray[np.int64]]],
    keepers: _Strings,
    page: _Pages,
) -> tuple[_Strings, _Strings, NDArray[np.uint8], tuple[int, int, int, int], NDArray[np.int64]]:
    """What documents lose (their texts and ids, where their blocks start and end, and as `dedup.flags.Columns` the
    places and the likeness of the copies in them, a keeper by its number among `keepers`): the records of it, what is
    left of each text, whether something goes (uint8 [n]); how many passages go and how many characters, documents and
    theirs; and the numbers (int64 [u]) of those that are left to the definition.

    Raises:
        ValueError: the columns do not fit together, or a block or a copy does not lie in its text.
    """

def in_common(
    files: list[str], places: NDArray[np.int64], pairs: NDArray[np.int64], shingle: int, page: _Pages
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """How many shingles texts have, each once, and how many those of each pair (int64 [p, 2]) have in common; and the
    texts that only the definition can read. `places` (int64 [n, 3]) has of each text the number of its file, and from
    which byte to which its string of JSON lies, quotes and all; an empty place is of one of the latter.

    Raises:
        ValueError: a pair is of no text, a text is of no file, or where it lies there is no string.
    """

def order(strings: NDArray[np.uint8], bounds: NDArray[np.int64]) -> tuple[NDArray[np.int64], bool]:
    """`dedup.strings.Strings.order`.

    Raises:
        ValueError: the bounds are none.
    """

def random_numbers(seed: int, count: int) -> NDArray[np.uint32]:
    """The first numbers of 32 bits that the Mersenne Twister MT19937 gives for a seed (C++'s `std::mt19937`): those of
    NumPy's `RandomState`, which takes .006 s to import."""

def keep_memory() -> bool:
    """Have the C library keep what is freed, up to 512 MB, where it can be told so: to ask the system for pages anew
    took a tenth of the time of a run. For processes that are ours only."""

def write_lines(
    piece: NDArray[np.uint8],
    read: tuple[NDArray[Any], ...],
    which: tuple[NDArray[np.int64], NDArray[np.int64]],
    gone: tuple[_Strings, _Strings | None],
    said: tuple[_Strings, NDArray[np.int64], _Strings],
    place: tuple[bytes, int],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """The lines of clean, removed and sources that are written of some lines of a piece.

    `read` is what was read of the piece: states uint8, numbers, starts, ends, starts and ends of the texts and
    characters int64, digests uint64 [n, 2] and ids. `which` are the rows of the lines, and for each the number of its
    tail if it goes (what its record says behind the text), else -1. `gone` are the tails; and where passages go, what
    is left of the text, for each tail, and a tail is all records of the line. `said` are names of sites, for each row
    the number of its own, and its date; both empty where they are unknown. `place` is the name of the file, as the
    beginning of a string of JSON, and the number of its first line.

    Raises:
        ValueError: a line does not lie in the piece, its text is no string of JSON, there is no such line, tail or
            site.
    """

def taken(
    pairs: NDArray[np.int64], documents: int, likeness: NDArray[np.uint8], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """`dedup.settle.taken`.

    Raises:
        ValueError: a pair is of no document, or of a keeper behind it; they do not ascend; or columns do not fit.
    """

def whole_tails(keepers: _Strings, numbers: NDArray[np.int64], shares: NDArray[np.float64]) -> _Strings:
    """`dedup.gone.tails_of`: of each record the id of its keeper, how many characters that has, how many words the
    document has (int64 [2, k]), Jaccard similarity and containment (float64 [2, k]).

    Raises:
        ValueError: a share is none, or there are not as many of each.
    """

_Chains = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""The chains of pairs: those of pair p are `pairs[p]:pairs[p + 1]` (int64), the runs of chain c
`chains[c]:chains[c + 1]` (int64), and a run is a row of `runs` (int64 [r, 3])."""

def align(document: NDArray[np.uint64], marks: NDArray[np.uint8], keeper: NDArray[np.uint64]) -> _Chains:
    """The chains of one pair: `dedup.align.align`. `marks` are the document's.

    Raises:
        ValueError: there are not as many marks as words.
    """

def align_pairs(
    hashes: NDArray[np.uint64], marks: NDArray[np.uint8], bounds: NDArray[np.int64], pairs: NDArray[np.int64]
) -> _Chains:
    """The chains of pairs (int64 [p, 2]) of documents: `dedup.align.align_pairs`.

    Raises:
        ValueError: there are not as many marks as words, a pair is none, or a document of a pair does not lie in the
            words.
    """

_Decisions = tuple[
    NDArray[np.int64],
    NDArray[np.uint8],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.int32],
]
"""The columns of `dedup.decide.Decisions`."""

def decide(
    words: tuple[NDArray[np.uint8], NDArray[np.int64]],
    found: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    order: NDArray[np.int64],
    copies: NDArray[np.int64],
    threshold: float,
    sites: NDArray[np.uint64],
    before: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]],
) -> _Decisions:
    """`dedup.decide.decide`: `words` are the marks and bounds of a corpus, `found` the columns of
    `dedup.verified.Verified`; `sites` is empty where a keeper may be of any site; `before` are the columns
    of `dedup.moved.Stretches`.

    Raises:
        ValueError: the passages are none of these documents, the runs none of their passage, or the documents have no
            order.
    """

def linked(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """`dedup.decide.defined_linked`.

    Raises:
        ValueError: a row of `pairs` is no two of them.
    """

def jaccard(words: NDArray[np.uint64], places: NDArray[np.int64], shingle: int) -> NDArray[np.float64]:
    """`dedup.flags.defined_jaccard`.

    Raises:
        ValueError: a row of `places` is no two spans of the words.
    """

def block_edges(marks: NDArray[np.uint8], spans: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`dedup.corpus.defined_block_edges` of rows of spans.

    Raises:
        ValueError: a row of `spans` is no span of the words.
    """

def written(
    texts: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    owners: NDArray[np.int64],
    spans: NDArray[np.int32],
    reaches: NDArray[np.uint8],
    page: Callable[[int], bytes],
) -> NDArray[np.int64]:
    """`dedup.stored.defined_written` of texts in UTF-8, one behind the other; `page` is `dedup.stored.alphanumeric`.

    Raises:
        ValueError: a span is no part of its text, or there is no such text.
    """

class Buckets:
    """Entries by their keys, and the pairs in buckets: `dedup.match.Buckets`. At most `most` are held at a time.
    Not for two threads at once."""

    def __init__(self, most: int) -> None: ...
    def group(self, keys: NDArray[np.uint64], members: NDArray[np.uint32], ranks: NDArray[np.uint32]) -> None:
        """Take entries; they are held until there are others.

        Raises:
            ValueError: a member has no rank, there are not as many members as keys, or 2^32 or more.
        """

    def next(self, crowd: int, hubs: int, reach: int, most: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """The next pairs, at most so many; none at the end."""

def sort_once(values: NDArray[np.int64]) -> int:
    """Sort values where they are, each once, to the front; how many those are: `dedup.runs.sorted_once`.

    Raises:
        TypeError: they are not int64, do not lie in one piece, or may not be written to.
    """

_Places = tuple[NDArray[np.uint32], NDArray[np.int64]]
"""Documents, and positions among all words."""

def agreeing_words(
    words: NDArray[np.uint64], bounds: NDArray[np.int64], left: _Places, right: _Places, near: int, behind: int
) -> NDArray[np.uint8]:
    """How many words agree around two places: `dedup.match.agreeing_words`.

    Raises:
        ValueError: a place is not in its document, that not in the words, or more words than 255 are asked for.
    """

_Seeds = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]
"""The columns of `dedup.seeded.Seeds`."""

class SeedPairs:
    """Documents that agree around a seed: `dedup.seeded.Finder`. Not for two threads at once."""

    def find(
        self,
        seeds: _Seeds,
        words: tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64]],
        chosen: tuple[NDArray[np.int64], NDArray[np.int64]],
        asked: tuple[int, int, int, int, int, int],
        kept: int,
    ) -> NDArray[np.uint32]:
        """The pairs that were not found before, in no order; all that was found is forgotten where it is more than
        `kept` pairs, and may come again. `words` are the columns of `dedup.seeded.Around`; `chosen` ranks and copies;
        `asked` the words before a seed, those from it on, how many of them must agree, and the numbers of a
        `dedup.match.Cap`.

        Raises:
            ValueError: a seed stands in no word, edges leave the seeds, columns are of different lengths, a rank lies
                outside 32 bits, or more than 32 words are asked for.
        """

class Sought:
    """What documents are looked for by: `dedup.codes.Sought`. `seeds` are places of words, ascending; `limits` those of
    `dedup.codes.Likeness`.

    Raises:
        ValueError: the bounds do not ascend from 0 or leave the words, seeds do not ascend or lie outside of them, or
            there are 2^31 words or more.
    """

    def __init__(
        self, words: NDArray[np.uint64], bounds: NDArray[np.int64], seeds: NDArray[np.int64], limits: tuple[int, int]
    ) -> None: ...
    def find(self, packed: NDArray[np.uint16], counts: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """Which documents may share a passage with one that is sought (1 or 0). Threads may ask at the same time.

        Raises:
            ValueError: so many words take another number of codes.
        """

def owners(places: NDArray[np.uint32], bounds: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The document that each place is in: `dedup.match.owners`.

    Raises:
        ValueError: the bounds do not ascend from 0, or a place is in no document.
    """

_Words = tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64]]
"""The columns of `dedup.align.Documents`: hashes, marks and bounds."""
_Spelled = Callable[[str], tuple[str, bytes, int]]
"""`dedup.misread.spelled`."""
_WordPlaces = tuple[NDArray[np.uint16], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]
_Written = tuple[_WordPlaces, Callable[[int], str], _Spelled]
"""The columns of `dedup.packed.Places`, what gives the text of a document by its number, and what spells a word."""

def verify_pairs(
    words: _Words,
    pairs: NDArray[np.int64],
    limits: tuple[int, float, float],
    telling: NDArray[np.uint64],
    written: _Written | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The columns of `dedup.verified.Verified` behind the pairs (int64 [p, 2]): bounds, spans, run_bounds, runs.

    `limits` are the least words, similarity and containment, these two before they are rounded
    (`dedup.passages.least`); `telling` are the words of `dedup.telling`.

    Raises:
        ValueError: there are not as many marks or places as words, a pair is none, a document of a pair does not
            lie in the words, or a word that is to be spelled not in its text; what is spelled has not a kind for each
            character.
    """

def compared_words(
    word: str, other: str, telling: NDArray[np.uint64], spelled: _Spelled
) -> tuple[str, bool, bool, bool, bool, bool]:
    """Of two words `shape` and `is_mixed` of the first, then `is_typo`, `is_close`, `is_near` and `is_noise` of both:
    `dedup.misread`, for the tests. `spelled` says how they are compared.

    Raises:
        ValueError: as in `verify_pairs`.
    """

class Sieve:
    """`dedup.sieve.Sieve`, given what that makes of the clauses.

    Raises:
        ValueError: a string is of no clause, or a clause of no pattern.
    """

    def __init__(
        self,
        clauses_of: dict[str, list[int]],
        clauses_of_mark: dict[str, list[int]],
        pattern_of: list[int],
        counts: list[int],
        limits: list[tuple[int, int]],
        letters_of: Callable[[str], str],
    ) -> None: ...
    def sift(self, text: str, low: int = 0, high: int = 0) -> list[int]: ...

class Tally:
    """`dedup.speech.Tally`.

    Raises:
        ValueError: a word is of no group, or there are more than eight scripts.
    """

    def __init__(self, groups_of: dict[str, list[int]], groups: int, scripts: list[tuple[int, int]]) -> None: ...
    def of(self, text: str) -> tuple[int, list[int], list[bool]]: ...
