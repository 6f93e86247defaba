"""Text that strangers wrote, made harmless for terminals, pages and spreadsheets."""

from __future__ import annotations

import re
import unicodedata

#: Characters with which a spreadsheet begins a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "%", "＝", "＋", "－", "＠")
#: Where commas stand in numbers, spreadsheets read a semicolon in a CSV as the end of a cell.
_FORMULA_IN_NEXT_CELL = re.compile(rf'(;[\s"]*)([{re.escape("".join(FORMULA_STARTS))}])')
#: Unicode categories that steer a terminal or turn the direction of writing, or are no character.
UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: These have no width, and join the letters of Indic and Persian names.
JOINERS = "\u200c\u200d"


def plain(text: str, limit: int = 2000) -> str:
    """The text without control sequences: line breaks and tabs become spaces, others `�`.

    Longer texts are cut at `limit` characters.
    """
    shown = "".join(_printable(character) for character in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def plain_lines(text: str, limit: int = 2000) -> str:
    """Like `plain`, but line breaks stay."""
    return "\n".join(plain(line, limit) for line in text[:limit].splitlines())


def spreadsheet_cell(value: object) -> object:
    """A value as a spreadsheet may hold it: numbers stay numbers, no text is a formula."""
    if value is None or isinstance(value, (int, float)):
        return value
    text = _FORMULA_IN_NEXT_CELL.sub(r"\1'\2", plain(str(value)))
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) else text


def number(value: float) -> str:
    """A number of points as people write it: 3, 2.5."""
    return f"{value:g}" if abs(value) < 1e6 else str(value)


def _printable(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character in JOINERS:
        return character
    return "�" if unicodedata.category(character) in UNPRINTABLE else character
