"""Formulas as MathML, which browsers show without a script and without the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element

from bleach.html5lib_shim import Filter
from latex2mathml.converter import convert_to_element
from nbconvert.filters.markdown_mistune import IPythonRenderer

#: Elements and classes in which formulas wait, as they were typed. Whoever writes such an element
#: in HTML writes a formula, too.
ELEMENT, INLINE, BLOCK = "var", "formula", "formula-block"
#: Longer ones are shown as they were typed.
LONGEST = 2000
_NUMBERED = ("align", "alignat", "eqnarray", "equation", "gather", "multline")
_MATHML = "http://www.w3.org/1998/Math/MathML"
_ELEMENTS = frozenset((
    "math", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow", "mspace",
    "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
    "munderover",
))  # fmt: skip
_ATTRIBUTES = frozenset((
    "accent", "columnalign", "columnspacing", "display", "displaystyle", "fence", "form",
    "linethickness", "mathvariant", "maxsize", "minsize", "movablelimits", "rowspacing",
    "scriptlevel", "separator", "stretchy", "width",
))  # fmt: skip
#: A word, or a length that keeps what it stands for in its place.
_VALUE = re.compile(r"[a-z- ]{1,20}|\d{0,2}(\.\d{1,4})?(em|pt)?")

#: A piece of HTML, as html5lib passes it on.
Piece = dict[str, Any]


class FormulaRenderer(IPythonRenderer):
    """Writes formulas into elements of their own, for `TypesetFormulas`."""

    def inline_math(self, body: str) -> str:
        """$body$ or \\\\(body\\\\)."""
        return _waiting(body, INLINE)

    def block_math(self, body: str) -> str:
        """$$body$$ or \\\\[body\\\\]."""
        return _waiting(body, BLOCK)

    def latex_environment(self, name: str, body: str) -> str:
        """An environment such as align, without the numbers of its equations."""
        name = f"{name}*" if name in _NUMBERED else name
        return _waiting(rf"\begin{{{name}}}{body}\end{{{name}}}", BLOCK)


class TypesetFormulas(Filter):  # type: ignore[misc]
    """Replaces formulas by MathML; what cannot be read as one stays as it was typed."""

    def __iter__(self) -> Iterator[Piece]:
        """The pieces of the HTML."""
        pieces = super().__iter__()
        for piece in pieces:
            kind = _kind(piece)
            if kind is None:
                yield piece
            else:
                yield from _typeset(_text_of(pieces), kind)


def _waiting(formula: str, kind: str) -> str:
    return f'<{ELEMENT} class="{kind}">{escape(formula)}</{ELEMENT}>'


def _kind(piece: Piece) -> str | None:
    """Whether a formula begins here: INLINE, BLOCK or None."""
    if piece["type"] != "StartTag" or piece["name"] != ELEMENT:
        return None
    kind = piece["data"].get((None, "class"))
    return kind if kind in (INLINE, BLOCK) else None


def _text_of(pieces: Iterator[Piece]) -> str:
    """What stands between here and the end of the element, without elements within it."""
    text, depth = "", 1
    for piece in pieces:
        if piece["type"] in ("Characters", "SpaceCharacters"):
            text += piece["data"]
        elif piece["type"] == "Entity":
            text += unescape(f"&{piece['name']};")
        elif piece.get("name") == ELEMENT:
            depth += {"StartTag": 1, "EndTag": -1}.get(piece["type"], 0)
            if depth == 0:
                break
    return text


def _typeset(formula: str, kind: str) -> Iterator[Piece]:
    try:
        if len(formula) > LONGEST:
            raise ValueError("too long")
        # Not as XML: texts such as "a<b" are not escaped there.
        root = convert_to_element(formula, display="inline" if kind == INLINE else "block")
    except Exception:  # whatever a student wrote, the page is shown
        marks = "$" if kind == INLINE else "$$"
        yield {"type": "Characters", "data": f"{marks}{formula}{marks}"}
    else:
        yield from _pieces(root)


def _pieces(element: Element) -> Iterator[Piece]:
    name, known = element.tag, element.tag in _ELEMENTS
    if known:
        attributes = {
            (None, key): value
            for key, value in element.attrib.items()
            if key in _ATTRIBUTES and _VALUE.fullmatch(value)
        }
        yield {"type": "StartTag", "name": name, "namespace": _MATHML, "data": attributes}
    if element.text:
        yield {"type": "Characters", "data": unescape(element.text)}  # symbols are &#x003B3; there
    for child in element:
        yield from _pieces(child)
    if known:
        yield {"type": "EndTag", "name": name, "namespace": _MATHML, "data": {}}
