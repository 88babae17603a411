"""How Sphinx builds the site: `make docs`. Nothing is fetched while it is built or when it is read."""

from __future__ import annotations

import logging
import re
import sys
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from docs.generate import expanded  # noqa: E402 (it is not installed)

logging.getLogger("dedup").setLevel(logging.WARNING)  # what a run says of its stages is no part of the build

project = "dedup"
author = "The authors of dedup"
release = installed("dedup-corpus")
version = release
language = "en"
html_title = f"dedup {release}"

extensions = ["myst_parser", "sphinx_copybutton"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
root_doc = "index"
nitpicky = True
# Names in signatures that stand in other libraries, or that are no more than an alias of a union.
nitpick_ignore_regex = [("py:(class|obj|exc|data)", r"(?!dedup\.).*")]
smartquotes = False  # `--out` stays as it is

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
python_use_unqualified_type_names = True
add_module_names = False
maximum_signature_line_length = 88
toc_object_entries = False
copybutton_prompt_text = r"^\$ |^>>> |^\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_copy_empty_lines = False
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["dedup.css"]
html_show_sphinx = False
html_copy_source = False
html_show_copyright = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5c6b",
        "color-brand-content": "#0b5c6b",
        "color-api-name": "#0b5c6b",
        "color-api-pre-name": "#0b5c6b",
        "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
        "font-stack--monospace": "ui-monospace, 'SFMono-Regular', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6cc7d8",
        "color-brand-content": "#6cc7d8",
        "color-api-name": "#6cc7d8",
        "color-api-pre-name": "#6cc7d8",
    },
}


def _expand(_: Any, __: str, source: list[str]) -> None:
    source[0] = expanded(source[0])


_MENDED = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    '<div class="highlight"><pre>': '<div class="highlight"><pre tabindex="0">',
}
"""What the theme leaves open for those who read by ear or by keyboard."""
_LINES = re.compile(r"<dl>\n((?:<dd>.*?</dd>\n?)+)</dl>")
"""The parameters of a long signature: no list of definitions, as it has no terms."""
_EMPTY = re.compile(r"<th( class=\"head[^>]*)>(?:<p></p>)?</th>")


def _lines(found: re.Match[str]) -> str:
    return found[1].replace("<dd>", '<div class="sig-line">').replace("</dd>", "</div>")


def _mend(app: Any, error: Exception | None) -> None:
    for page in [] if error else Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for found, better in _MENDED.items():
            text = text.replace(found, better)
        text = _LINES.sub(_lines, text)
        text = _EMPTY.sub(r"<td\1></td>", text)
        page.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Put what is made of the code into every page before it is parsed."""
    app.connect("source-read", _expand)
    app.connect("build-finished", _mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
