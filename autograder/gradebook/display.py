"""What students wrote, shown to an instructor: formatted, but nothing runs, hides or phones home.

nbgrader_config.py plugs these into nbconvert's HTMLExporter, and with it into nbgrader's feedback
and into the formgrader.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bleach.html5lib_shim import Filter
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from pygments.token import STANDARD_TYPES
from traitlets import Bool

from autograder.gradebook.formulas import BLOCK, INLINE, FormulaRenderer, TypesetFormulas
from autograder.rendering.text import plain_lines

#: Longer Markdown cells are shown as they were typed: formatting them may take very long.
LONGEST_MARKDOWN = 50_000
LONGEST_TEXT = 20_000
#: All code of a notebook, and all its Markdown, in characters: at least twice what a solved unit
#: has. To format a megabyte takes minutes and gigabytes.
MOST_OF_A_KIND = 40_000
#: So many formatted cells are remembered: most are in every student's notebook.
REMEMBERED = 256
#: Where nobody has said what a picture shows.
_NO_DESCRIPTION = "No description has been provided for this image"
_CUT = "(The grader shows only the beginning of what was handed in: the rest is left out here.)"

TAGS = frozenset((
    "a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "small",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "u", "ul", "var",
))  # fmt: skip
#: The grader's own lines may be coloured and spaced; nothing that moves or hides other things.
PROPERTIES = (
    "color", "background-color", "font-weight", "font-family", "font-size", "margin-left",
    "padding", "border-left", "text-align",
)  # fmt: skip
#: The classes that code highlighting uses, and formulas.
CLASSES = {"highlight", INLINE, BLOCK, *STANDARD_TYPES.values()} - {""}
#: Nothing is painted outside: a formula can move its parts anywhere, over marks as well.
_FRAME = "contain: paint; overflow-x: auto"
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
_PICTURE_TYPES = ("image/png", "image/jpeg")


@pass_context
def safe_markdown(context: Any, source: str | None) -> str:
    """Markdown to HTML, as a filter for nbconvert's templates; what comes out is sanitised."""
    source = source or ""
    if len(source) > LONGEST_MARKDOWN:
        return f"<pre>{html.escape(source[:LONGEST_MARKDOWN])}\n…</pre>"
    attachments = context.get("cell", {}).get("attachments", {})
    return _formatted(source, attachments) if attachments else _formatted_text(source)


@lru_cache(REMEMBERED)
def _formatted_text(source: str) -> str:
    return _formatted(source, {})


def _formatted(source: str, attachments: Any) -> str:
    try:
        rendered = _renderer(attachments).render(source)
    except Exception:  # whatever a student wrote, the page is shown
        rendered = f"<pre>{html.escape(source)}</pre>"
    return f'<div style="{_FRAME}">{clean_html(rendered)}</div>'


def formatted(source: str) -> str:
    """Markdown of the course's authors as HTML."""
    return clean_html(_renderer({}).render(source))


def clean_html(text: str) -> str:
    """HTML without scripts, styles, forms, names that JavaScript finds, and foreign pictures."""
    return _cleaner("student").clean(text)


def clean_report(text: str) -> str:
    """Like `clean_html` for the grader's own HTML: colours stay."""
    return _cleaner("grader").clean(text)


class CleanCells(Preprocessor):
    """Leave only what the grader puts into a notebook: its texts, its HTML, its pictures.

    Outputs of any other kind, widgets, raw cells and metadata that steer the display go, in case
    somebody saved an autograded notebook with other outputs.
    """

    enabled = Bool(True).tag(config=True)

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean the whole notebook."""
        notebook.metadata.pop("widgets", None)
        left = {"code": MOST_OF_A_KIND, "markdown": MOST_OF_A_KIND}
        for cell in notebook.cells:
            if cell.cell_type == "raw":
                cell.cell_type = "markdown"
                cell.source = f"<pre>{html.escape(cell.source)}</pre>"
            left[cell.cell_type] -= _shortened(cell, left[cell.cell_type])
            cell.metadata = _known_metadata(cell.metadata)
            if cell.cell_type == "code":
                cell.outputs = [shown for output in cell.outputs if (shown := _clean(output))]
        return notebook, resources


def _shortened(cell: NotebookNode, most: int) -> int:
    """Leave so many characters of a cell, with a note where any are cut; how many are left."""
    kept = cell.source[: max(most, 0)]
    if len(kept) < len(cell.source):
        note = f"# {_CUT}" if cell.cell_type == "code" else f"*{_CUT}*"
        cell.source = f"{kept}\n\n{note}".lstrip()
    return len(kept)


def _known_metadata(metadata: NotebookNode) -> NotebookNode:
    return NotebookNode({name: metadata[name] for name in ("nbgrader",) if name in metadata})


def _clean(output: NotebookNode) -> NotebookNode | None:
    """The output if it is of a known kind, cleaned; None if not."""
    if output.output_type == "stream":
        text = plain_lines(_joined(output.get("text", "")), LONGEST_TEXT)
        return NotebookNode(output_type="stream", name="stdout", text=text)
    if output.output_type == "error":
        text = plain_lines(f"{output.get('ename', '')}: {output.get('evalue', '')}", LONGEST_TEXT)
        return NotebookNode(output_type="stream", name="stdout", text=text)
    if output.output_type not in ("display_data", "execute_result"):
        return None
    data = NotebookNode()
    for kind, content in output.get("data", {}).items():
        if kind == "text/plain":
            data[kind] = plain_lines(_joined(content), LONGEST_TEXT)
        elif kind == "text/html":
            data[kind] = clean_report(_joined(content))
        elif kind in _PICTURE_TYPES and _is_base64(_joined(content)):
            data[kind] = _joined(content)
    if not data:
        return None
    cleaned = NotebookNode(output_type=output.output_type, data=data, metadata=NotebookNode())
    for kind in set(data) & set(_PICTURE_TYPES):
        alternative = output.get("metadata", {}).get(kind, {}).get("alt") or _NO_DESCRIPTION
        cleaned.metadata[kind] = NotebookNode(alt=plain_lines(str(alternative), 200))
    if output.output_type == "execute_result":
        cleaned["execution_count"] = None
    return cleaned


def _joined(content: Any) -> str:
    return "".join(map(str, content)) if isinstance(content, list) else str(content)


def _is_base64(content: str) -> bool:
    try:
        base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _renderer(attachments: Any) -> MarkdownWithMath:
    renderer = FormulaRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer)


def _cleaner(writer: str) -> bleach.Cleaner:
    styles = {"grader": CSSSanitizer(allowed_css_properties=PROPERTIES)}.get(writer)
    return bleach.Cleaner(
        tags=TAGS,
        attributes=_allowed if styles is None else _allowed_with_style,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=styles,
        filters=[DescribedPictures, TypesetFormulas],
        strip=True,
        strip_comments=True,
    )


class DescribedPictures(Filter):  # type: ignore[misc]
    """Gives each picture an alternative text, for those who cannot see it."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The pieces of the HTML, as html5lib passes them on."""
        for piece in super().__iter__():
            if piece.get("name") == "img":
                piece["data"].setdefault((None, "alt"), _NO_DESCRIPTION)
            yield piece


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and bool(_LINK.match(value.strip()))
    if name == "src":
        return tag == "img" and bool(_PICTURE.fullmatch(value.strip()))
    if name == "class":
        return set(value.split()) <= CLASSES
    return (tag, name) in {("img", "alt"), ("td", "align"), ("th", "align"), ("details", "open")}


def _allowed_with_style(tag: str, name: str, value: str) -> bool:
    return name == "style" or _allowed(tag, name, value)
