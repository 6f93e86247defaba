"""The rubric of a question in words: a model answer, and what gives how many points."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The line below the model answer; after it comes one line for each item, `* 1: what gives it`.
POINTS = "**Points**"
_ITEM = re.compile(r"^\* (\d+(?:\.\d+)?): ", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """Something that an answer should have, and the points for it. text: Markdown."""

    points: float
    text: str


@dataclass(frozen=True)
class Rubric:
    """What the person who marks an answer compares it with. answer: Markdown."""

    answer: str
    items: tuple[Item, ...]

    @property
    def points(self) -> float:
        """The points of all items together."""
        return sum(item.points for item in self.items)

    @classmethod
    def read(cls, source: str) -> Rubric | None:
        """The rubric in the cell of a unit's source where students write; None if it has none."""
        answer, found, listed = source.partition(f"\n{POINTS}\n")
        if not found:
            return None
        _, *parts = _ITEM.split(listed)
        texts = (" ".join(text.split()) for text in parts[1::2])
        items = (Item(float(most), text) for most, text in zip(parts[::2], texts, strict=True))
        return cls(answer.strip(), tuple(items))
