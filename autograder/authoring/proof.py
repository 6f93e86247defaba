"""How often the checks are wrong: docs/proof.md, counted from a recording of the whole corpus.

Right answers that lose points, wrong ones that keep them at their own task, and what an independent
reader made of the messages that blind answers get. Every rate has its exact 95 % interval.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.authoring.blind import ratings_of, wrong_answers_of
from autograder.authoring.build import units_with_source
from autograder.authoring.counts import Count, total
from autograder.authoring.edits import mistakes_of
from autograder.authoring.hostile_classes import HostileClass, hostile_section
from autograder.authoring.mutants import read_mutants
from autograder.authoring.records import Key, Record
from autograder.course import Course
from autograder.units import Unit

INTRODUCTION = """# Proof

How often the checks are wrong, measured on answers of four origins: the course's own, answers by
writers who had only the student's notebook (*blind*: language models, each told to be another kind
of student), variants of right answers made by a program (renamed, reformatted, commented,
reordered, after other random draws and the like), and mutants of the reference solutions made by
[Cosmic Ray](https://cosmic-ray.readthedocs.io). Written by

    autograder record FILE
    autograder record OTHER --seed N
    make mutants
    pytest -m slow tests/hostile --hostile HOSTILE
    autograder proof FILE [OTHER ...] --hostile HOSTILE

Intervals are exact (Clopper and Pearson, 95 %).
"""

#: Where answers come from: the course's own, blind writers, a program.
RIGHT_ORIGINS = ("right", "blind right", "variant")
WRONG_ORIGINS = ("mistake", "wrong")
#: What differs from run to run in a message: numbers, lists of any length, places of files.
_NUMBERS = re.compile(r"-?\d[\d.,]*(?:e[+-]?\d+)?(?:,? +-?\d[\d.,]*(?:e[+-]?\d+)?)*")
_PATH = re.compile(r"/(?:\w|[-./])+")


def write_proof(
    course: Course,
    records: Mapping[Key, Record],
    others: Sequence[Mapping[Key, Record]] = (),
    hostile: Sequence[HostileClass] = (),
) -> Path:
    """Write docs/proof.md about the recorded answers, and return it.

    others: the same answers, asked with other seeds. hostile: attacks, graded in classes.
    """
    page = course.root / "docs" / "proof.md"
    lines = [*_page(course, records), *_seed_section(records, others)]
    if hostile:
        lines += hostile_section(hostile)
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return page


def changing(records: Mapping[Key, Record], others: Sequence[Mapping[Key, Record]]) -> Count:
    """Answers whose points or named mistakes depend on the seed, at the tasks that were asked."""
    asked = [key for key in records if any(key in other for other in others)]
    names = tuple(
        key
        for key in asked
        if any(_differs(records[key], other[key]) for other in others if key in other)
    )
    return Count(names, len(asked))


def refused(records: Mapping[Key, Record], unit: Unit, origin: str) -> Count:
    """Right answers of an origin that lose points at any task.

    origin: `right`, `blind right` or `variant`.
    """
    chosen = {
        key: record for key, record in records.items() if _right_origin(key) == (unit.name, origin)
    }
    return Count(tuple(key for key, record in chosen.items() if _loses(record)), len(chosen))


def kept(records: Mapping[Key, Record], tasks: Mapping[Key, str]) -> Count:
    """Wrong answers, by their key with their own task, that keep all of its points."""
    known = {key: task for key, task in tasks.items() if key in records}
    names = tuple(key for key, task in known.items() if _is_full(records[key], task))
    return Count(names, len(known))


def misjudged(course: Course, records: Mapping[Key, Record]) -> list[Key]:
    """The right answers that lose points, and the wrong ones that keep those of their task."""
    found: list[Key] = []
    for unit in units_with_source(course):
        for origin in RIGHT_ORIGINS:
            found += refused(records, unit, origin).names
        for origin in WRONG_ORIGINS:
            found += kept(records, wrong_tasks(course, unit, origin)).names
    return found


def wrong_tasks(course: Course, unit: Unit, origin: str) -> dict[Key, str]:
    """The task at which each wrong answer of an origin must lose points."""
    if origin == "mistake":
        return {
            f"{unit.name}/mistake/{known.name}": known.task
            for known in mistakes_of(unit, course)
            if not known.is_scored
        }
    return {
        f"{unit.name}/blind wrong/{known.name}": str(known.task)
        for known in wrong_answers_of(unit, course)
    }


def rated(course: Course, records: Mapping[Key, Record], unit: Unit) -> Counter[str]:
    """How the first messages of wrong blind answers were rated.

    `unrated` where the words of the message have changed since; its numbers may differ, as some
    depend on what was drawn. Answers that keep their points have no message.
    """
    ratings, found = ratings_of(unit, course), Counter[str]()
    for known in wrong_answers_of(unit, course):
        record = records.get(f"{unit.name}/blind wrong/{known.name}")
        message = first_message(record, str(known.task)) if record else None
        if message is None:
            continue
        rating = ratings.get(known.name)
        same = rating is not None and words(rating["message"]) == words(message)
        found[rating["rating"] if rating is not None and same else "unrated"] += 1
    return found


def words(message: str) -> str:
    """A message without what was drawn or differs from run to run."""
    return _NUMBERS.sub("#", _PATH.sub("/", message))


def first_message(record: Record, task: str) -> str | None:
    """The first red line of a task: what its check says to the student."""
    (found,) = [result for result in record["tasks"] if result["task"] == task]
    if found["points"] >= found["max_points"]:
        return None
    for check in found["checks"]:
        if not check["passed"]:
            return f"{check['mistake']}: {check['message']}"
    return None


def _differs(record: Record, other: Record) -> bool:
    """Whether a task was judged in another way; the other record may hold only some tasks."""
    return not other["tasks"] or not _verdicts(other).items() <= _verdicts(record).items()


def _verdicts(record: Record) -> dict[str, tuple[float, tuple[str | None, ...]]]:
    """Points and mistakes of each task, without the texts, which quote drawn numbers."""
    return {
        task["task"]: (task["points"], tuple(check["mistake"] for check in task["checks"]))
        for task in record["tasks"]
    }


def _right_origin(key: Key) -> tuple[str, str] | None:
    unit, kind, *names = key.split("/")
    if kind not in ("right", "blind right"):
        return None
    return unit, "variant" if len(names) > 1 else kind


def _loses(record: Record) -> bool:
    tasks = record["tasks"]
    return not tasks or any(task["points"] < task["max_points"] for task in tasks)


def _is_full(record: Record, name: str) -> bool:
    return any(
        task["task"] == name and task["points"] >= task["max_points"] for task in record["tasks"]
    )


def _page(course: Course, records: Mapping[Key, Record]) -> Iterable[str]:
    units = units_with_source(course)
    yield INTRODUCTION
    yield from _right_section(records, units)
    yield from _wrong_section(course, records, units)
    yield from _message_section(course, records, units)


def _right_section(records: Mapping[Key, Record], units: Sequence[Unit]) -> Iterable[str]:
    table = {
        unit.name: [refused(records, unit, origin) for origin in RIGHT_ORIGINS] for unit in units
    }
    yield "## Right answers that lose points\n"
    yield from _table(("own", "blind", "variants"), table)


def _wrong_section(
    course: Course, records: Mapping[Key, Record], units: Sequence[Unit]
) -> Iterable[str]:
    table = {
        unit.name: [
            *(kept(records, wrong_tasks(course, unit, origin)) for origin in WRONG_ORIGINS),
            _surviving(unit, course),
        ]
        for unit in units
    }
    yield "\n## Wrong answers that keep all points of their task\n"
    yield from _table(("own", "blind", "mutants"), table)


def _surviving(unit: Unit, course: Course) -> Count:
    mutants = [mutant for mutant in read_mutants(unit, course) if not mutant.equivalent]
    return Count(
        tuple(f"{unit.name}, {mutant.name}" for mutant in mutants if mutant.survives),
        of=len(mutants),
    )


def _message_section(
    course: Course, records: Mapping[Key, Record], units: Sequence[Unit]
) -> Iterable[str]:
    columns = ("right cause", "vague", "wrong", "unrated")
    yield "\n## What a blind wrong answer is told\n"
    yield (
        "The first red line, rated by a reader who knew the answer and what is wrong with it, "
        "but not the checks.\n"
    )
    yield "| unit | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    together = Counter[str]()
    for unit in units:
        found = rated(course, records, unit)
        together += found
        yield f"| {unit.name} | " + " | ".join(str(found[name]) for name in columns) + " |"
    yield "| **all** | " + " | ".join(str(together[name]) for name in columns) + " |"


def _seed_section(
    records: Mapping[Key, Record], others: Sequence[Mapping[Key, Record]]
) -> Iterable[str]:
    if not others:
        return
    found = changing(records, others)
    yield "\n## Verdicts that depend on the seed\n"
    yield f"Asked with {len(others) + 1} seeds: **{found}**.\n"
    yield from (f"* `{name}`" for name in found.names)


def _table(columns: Sequence[str], rows: Mapping[str, Sequence[Count]]) -> Iterable[str]:
    yield "| unit | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for name, counts in rows.items():
        yield f"| {name} | " + " | ".join(map(str, counts)) + " |"
    sums = [total(counts) for counts in zip(*rows.values(), strict=True)]
    yield "| **all** | " + " | ".join(map(str, sums)) + " |"
    together = total(sums)
    yield f"\nTogether: **{together}**.\n"
    if together.names:
        yield "\n".join(f"* `{name}`" for name in together.names) + "\n"
