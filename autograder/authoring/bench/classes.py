"""Classes to measure with: solved, half solved and wrong submissions, each with its own content."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import nbformat

from autograder.authoring.demonstration import (
    DemoStudent,
    demo_students,
    edited_notebook,
    reference_answers,
)
from autograder.authoring.edits import Mistake, mistakes_of
from autograder.course import MARKER, Course
from autograder.units import Unit


def build(course: Course, unit: Unit, students: int, root: Path) -> Course:
    """A course in `root` in which so many students have handed in a unit, in equal parts solved,
    half solved, and wrong in the ways of the unit's typical mistakes.
    """
    run = Course(root)
    released = run.released(unit.assignment)
    released.parent.mkdir(parents=True)
    shutil.copyfile(course.root / MARKER, root / MARKER)
    shutil.copyfile(course.released(unit.assignment), released)
    skeleton = nbformat.read(released, as_version=4)
    answers = reference_answers(course, unit)
    for number, student in enumerate(islice(_kinds(course, unit, answers), students)):
        own = replace(student, added=(f"# student {number}",))
        folder = root / "submitted" / f"s{number:04d}" / unit.assignment
        folder.mkdir(parents=True)
        nbformat.write(edited_notebook(skeleton, own, answers), folder / f"{unit.name}.ipynb")
    return run


def _kinds(course: Course, unit: Unit, answers: Mapping[str, str]) -> Iterator[DemoStudent]:
    """Solved, half solved, wrong, and again with the next mistake, without an end."""
    known = {student.name: student for student in demo_students(course, unit)}
    solved, half_solved = known["solved"], known["half_solved"]
    mistakes = [
        mistake
        for mistake in mistakes_of(unit, course)
        if all(edit.cell in answers for edit in mistake.edits)
    ]
    for mistake in cycle(mistakes):
        yield solved
        yield half_solved
        yield replace(solved, name=mistake.name, cells=_with(mistake, answers))


def _with(mistake: Mistake, answers: Mapping[str, str]) -> dict[str, str]:
    """The cells that this mistake changes."""
    changed: dict[str, str] = {}
    for edit in mistake.edits:
        source = changed.get(edit.cell, answers[edit.cell])
        changed[edit.cell] = source.replace(edit.old, edit.new)
    return changed
