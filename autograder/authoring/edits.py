"""Other answers than the reference: small named edits of it, wrong ones and right ones.

The checks are tested with them: a wrong one must fail at the check that names its mistake, a right
one must get full marks.
"""

from __future__ import annotations

import importlib.util
import linecache
import os
import types
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from autograder.checks import judge as judging
from autograder.course import Course, CourseError
from autograder.grading.notebook import Submission, read_skeleton, untouched
from autograder.results import CheckResult, TaskResult
from autograder.units import Unit
from autograder.worker.local import LocalStudent


@dataclass(frozen=True)
class Edit:
    """Replace a piece of a solution cell; the old text must be there exactly once."""

    cell: str
    old: str
    new: str


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer.

    thought: what the student had in mind. task, check: where it must be caught. mistake: the name
    it must be given there. says: words that its message must contain.
    also: checks (`task:check`) that fail as well, because they stand on the same line of thought.
    Notes, which cost no points, and checks that are not reached need not be listed.
    Where only the trained agent's score shows it, task is `<unit>/agent`, check
    `reaches_threshold` and mistake `below_threshold`.
    """

    name: str
    thought: str
    edits: tuple[Edit, ...]
    task: str
    check: str
    mistake: str
    says: str
    also: tuple[str, ...] = ()

    @property
    def is_scored(self) -> bool:
        """Whether no check sees it, only the trained agent's score."""
        return self.task.endswith("/agent")


@dataclass(frozen=True)
class RightAnswer:
    """An unusual answer that is right."""

    name: str
    edits: tuple[Edit, ...]


def mistakes_of(unit: Unit, course: Course) -> tuple[Mistake, ...]:
    """The library of typical mistakes of a unit: solutions/<assignment>/mistakes.py."""
    return _library(course.source(unit.assignment).with_name("mistakes.py"), "MISTAKES")


def right_answers_of(unit: Unit, course: Course) -> tuple[RightAnswer, ...]:
    """The library of unusual right answers of a unit: solutions/<assignment>/right_answers.py."""
    return _library(course.source(unit.assignment).with_name("right_answers.py"), "RIGHT_ANSWERS")


def reference(unit: Unit, course: Course) -> Submission:
    """The reference solution as a submission."""
    folder = course.source(unit.assignment).parent
    return untouched(read_skeleton(folder / f"{unit.name}.ipynb"))


def edited(submission: Submission, edits: tuple[Edit, ...]) -> Submission:
    """The submission with its edits. Raises CourseError if one does not fit."""
    sources = {cell.name: cell.source for cell in submission.cells}
    for edit in edits:
        if edit.cell not in sources:
            raise CourseError(f"no cell {edit.cell} to edit")
        if sources[edit.cell].count(edit.old) != 1:
            found = sources[edit.cell].count(edit.old)
            raise CourseError(f"cell {edit.cell} holds {edit.old!r} {found} times, not once")
        sources[edit.cell] = sources[edit.cell].replace(edit.old, edit.new)
    return submission.with_sources(sources)


def student_of(submission: Submission, unit: Unit) -> LocalStudent:
    """Run the cells in this process and let their names answer.

    Only for answers of our own: a student's submission runs in the sandbox. An exception in a
    cell ends that cell alone, as in a notebook.
    """
    module = types.ModuleType("__main__")
    namespace = module.__dict__
    transform = TransformerManager().transform_cell
    for cell in submission.cells:
        if not cell.runs:
            continue
        source = transform(cell.source)
        name = f"<ipython-input-{cell.name}>"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            exec(compile(source, name, "exec"), namespace)
        except Exception as error:
            namespace[f"error in {cell.name}"] = error
    return LocalStudent(namespace, unit.framework)


def silent_student_of(submission: Submission, unit: Unit) -> LocalStudent:
    """The same, without what the cells print."""
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        return student_of(submission, unit)


def judge_all(student: LocalStudent, unit: Unit, seed: int) -> dict[str, TaskResult]:
    """Ask every task of the unit, the trained agent left out."""
    return {task.name: judging.judge(task, student, seed) for task in unit.tasks}


def also_failed(mistake: Mistake, results: Mapping[str, TaskResult]) -> list[str]:
    """The checks (`task:check`) that a mistake costs although it does not list them."""
    costly = {name for name, check in _failed(results).items() if not check.note}
    return sorted(costly - {f"{mistake.task}:{mistake.check}", *mistake.also})


def listed_in_vain(mistake: Mistake, results: Mapping[str, TaskResult]) -> list[str]:
    """The checks (`task:check`) that a mistake lists although it passes or never reaches them."""
    return sorted({*mistake.also} - _failed(results).keys())


def _failed(results: Mapping[str, TaskResult]) -> dict[str, CheckResult]:
    """The checks that were asked and failed, by `task:check`."""
    return {
        f"{task.task}:{check.check}": check
        for task in results.values()
        for check in task.checks
        if not check.passed and check.mistake != judging.NOT_REACHED
    }


@cache
def _library(path: Path, name: str) -> tuple:  # type: ignore[type-arg]
    if not path.is_file():
        return ()
    spec = importlib.util.spec_from_file_location(f"{path.stem}_of_{path.parent.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return tuple(getattr(module, name))
