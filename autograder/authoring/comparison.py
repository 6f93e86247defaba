"""What differs between two sets of records, one line for each change; `autograder compare`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.authoring.records import Key, Record


@dataclass(frozen=True)
class Difference:
    """What changed of one answer. marks, scores, texts: one line for each change."""

    key: Key
    marks: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether anything differs at all."""
        return bool(self.marks or self.scores or self.texts)


@dataclass(frozen=True)
class Comparison:
    """Two sets of records. differences: of the answers that both have.

    gone: answers that only the old set has, of units that both have. added: those only in the new.
    """

    compared: int
    differences: tuple[Difference, ...]
    gone: tuple[Key, ...]
    added: tuple[Key, ...]

    @property
    def same_marks(self) -> bool:
        """Whether every answer of the old set is there, and earns what it earned."""
        return not self.gone and not any(changed.marks for changed in self.differences)


def compare(old: Mapping[Key, Record], new: Mapping[Key, Record]) -> Comparison:
    """Compare the records of two sets, by their keys."""
    units = {key.split("/")[0] for key in new}
    common = [key for key in old if key in new]
    differences = (difference(key, old[key], new[key]) for key in common)
    return Comparison(
        compared=len(common),
        differences=tuple(found for found in differences if found.is_any),
        gone=tuple(key for key in old if key not in new and key.split("/")[0] in units),
        added=tuple(key for key in new if key not in old),
    )


def describe(comparison: Comparison, texts: bool) -> Iterator[str]:
    """Lines that say whose marks changed and how. texts: with each changed text, too."""
    for changed in comparison.differences:
        yield from (f"{changed.key}: {line}" for line in (*changed.marks, *changed.scores))
        if texts:
            yield from (f"{changed.key}: {line}" for line in changed.texts)
    yield from (f"{key}: only in OLD" for key in comparison.gone)
    count = {
        kind: sum(bool(getattr(changed, kind)) for changed in comparison.differences)
        for kind in ("marks", "scores", "texts")
    }
    yield f"Compared: {comparison.compared} answers."
    yield f"Marks changed: {count['marks']} answers. Only in OLD: {len(comparison.gone)}."
    yield f"Mean score of the agent changed: {count['scores']} answers."
    reworded = sum(len(changed.texts) for changed in comparison.differences)
    yield f"Only the text changed: {reworded} checks of {count['texts']} answers."
    if comparison.added:
        yield f"Only in NEW: {len(comparison.added)} answers."


def difference(key: Key, old: Record, new: Record) -> Difference:
    """The difference between two records of the same answer."""
    marks, texts = [], []
    if old["status"] != new["status"]:
        marks.append(f"status: {old['status']} → {new['status']}")
    before, after = _by_name(old["tasks"], "task"), _by_name(new["tasks"], "task")
    for task in before | after:
        if task not in after or task not in before:
            marks.append(f"{task}: {'new' if task in after else 'gone'}")
            continue
        marks += _points(task, before[task], after[task])
        changed, reworded = _checks(task, before[task]["checks"], after[task]["checks"])
        marks += changed
        texts += reworded
    scores = []
    if old["mean"] != new["mean"]:
        scores.append(f"mean score: {_number(old['mean'])} → {_number(new['mean'])}")
    return Difference(key, tuple(marks), tuple(scores), tuple(texts))


def _points(task: str, old: Record, new: Record) -> list[str]:
    return [
        f"{task}: {old[name]:g} → {new[name]:g} {word}"
        for name, word in (("points", "points"), ("max_points", "points at most"))
        if old[name] != new[name]
    ]


def _checks(task: str, old: list[Any], new: list[Any]) -> tuple[list[str], list[str]]:
    """Changed verdicts, and texts that changed where the verdict did not."""
    before, after = _by_name(old, "check"), _by_name(new, "check")
    marks, texts = [], []
    for check in before | after:
        name, was, now = f"{task}:{check}", before.get(check), after.get(check)
        if was is None or now is None:
            marks.append(f"{name}: {'gone' if now is None else 'new'}")
        elif _verdict(was) != _verdict(now):
            marks.append(f"{name}: {_verdict(was)} → {_verdict(now)}")
        elif was["message"] != now["message"]:
            texts.append(f"{name}:\n  - {was['message']}\n  + {now['message']}")
    return marks, texts


def _verdict(check: Mapping[str, Any]) -> str:
    return "passed" if check["passed"] else str(check["mistake"])


def _by_name(records: list[Any], name: str) -> dict[str, Any]:
    return {record[name]: record for record in records}


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"
