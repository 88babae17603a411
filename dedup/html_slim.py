"""A page without what its scripts and style sheets hold: nobody reads it here, and it is half of most pages."""

from __future__ import annotations

import re

from dedup import kernel

_WHITE = rb"\t\n\f\r "
_NAME = rb"[a-zA-Z][^%b/>]*+" % _WHITE
_VALUE = rb"""(?:"[^"]*+"|'[^']*+'|[^%b>"'][^%b>]*+|(?=>))""" % (_WHITE, _WHITE)
_ATTRIBUTE = rb"[^%b/>][^%b/>=]*+(?:[%b]*+=[%b]*+%b|(?![%b]*+=))" % (*[_WHITE] * 4, _VALUE, _WHITE)
_MARKUP = re.compile(
    rb"<(?:(%b)|/%b)(?:[%b]++|/(?!>)|%b)*+(/?)>" % (_NAME, _NAME, _WHITE, _ATTRIBUTE)
    + rb"|<!--(?:-?>|.*?--!?>)|<(?:!(?!--)|\?|/(?![a-zA-Z])).*?>|<(?![a-zA-Z/!?])",
    re.DOTALL,
)
"""A tag, as the HTML standard has it (the name of a start tag, the slash at its end; no `>` in a quoted value ends it),
a comment, what is read like one (doctypes, `<?php ... ?>`), or a `<` that is text."""
_RAW = {
    name: re.compile(rb"</%b(?=[%b/>])" % (name, _WHITE), re.IGNORECASE)
    for name in b"script style title textarea xmp iframe noembed noframes".split()
}
"""Elements whose content is text up to their end tag, whatever stands in it."""
_EMPTIED = (b"script", b"style")
_INNER = re.compile(b"<script", re.IGNORECASE)


def slim(page: bytes) -> bytes:
    """A page, bytes of UTF-8, without the contents of <style> and of <script>, but for JSON that states metadata.

    Its tree is the same but for these: from where it is not sure what a browser takes for markup, the page stays as
    it is (a tag, a comment or a script without an end; a script with a script in a comment).
    """
    if kernel.NATIVE:
        from dedup.kernel import _native

        return _native.slim(page)
    return defined(page)


def defined(page: bytes) -> bytes:
    """The same by the definition."""
    parts, done, at = [], 0, page.find(b"<")
    while at >= 0:
        markup = _MARKUP.match(page, at)
        if markup is None:
            break
        at = markup.end()
        name = (markup[1] or b"").lower()
        if name == b"plaintext":
            break
        if name in _RAW and not markup[2]:  # libxml2 takes <script/> for one that is empty
            end = _RAW[name].search(page, at)
            closing = _MARKUP.match(page, end.start()) if end else None
            if closing is None or (name == b"script" and _is_nested(page[at : closing.start()])):
                break
            if name in _EMPTIED and not _may_be_read(markup[0]):
                parts.append(page[done:at])
                done = closing.start()
            at = closing.end()
        at = page.find(b"<", at)
    parts.append(page[done:])
    return b"".join(parts)


def _is_nested(script: bytes) -> bool:
    """Whether a script may go on behind what looks like its end tag: behind `<!-- <script` it ends only that."""
    comment = script.find(b"<!--")
    return comment >= 0 and _INNER.search(script, comment) is not None


def _may_be_read(tag: bytes) -> bool:
    """Whether a start tag may have the type application/ld+json or settings+json, perhaps written with `&#43;`."""
    return b"+json" in tag or b"&" in tag
