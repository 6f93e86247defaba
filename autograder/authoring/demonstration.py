"""The demonstration: a class for each unit, students with known faults and their marks.

Each student stands in `solutions/<assignment>/students/` as a small file of edits to the
released notebook.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import yaml  # type: ignore[import-untyped]
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring.source import BEGIN, END, read_source
from autograder.class_run import grade_class
from autograder.course import MARKER, Course, CourseError
from autograder.grading.batch import Cohort, GradedSubmission
from autograder.grading.hand_ins import HandIn, submissions
from autograder.grading.submission import GradingOptions
from autograder.processes.pool import Pool
from autograder.processes.progress import Progress
from autograder.results import Status
from autograder.units import Unit, units_of

_MARKERS = re.compile(rf"^[ \t]*(?:{re.escape(BEGIN)}|{re.escape(END)})[^\n]*\n?", re.MULTILINE)


@dataclass(frozen=True)
class DemoStudent:
    """Edits to the released notebook, and what the grader must say about them.

    solved: the exercises taken from the unit's source. cells: answers by their exercise, instead.
    added: code cells at the notebook's end. points: of each task that earns any, by short name.
    """

    name: str
    about: str
    status: Status
    points: Mapping[str, float]
    solved: frozenset[str] = frozenset()
    cells: Mapping[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()


def demonstrate(
    course: Course,
    units: Sequence[Unit] = (),
    *,
    sandboxed: bool = True,
    jobs: int | None = None,
) -> int:
    """Build each unit's class into `demo/run`, grade it and show the marks; exit status 0.

    units: default all that have a demonstration class.
    """
    chosen = list(units) or demonstrated_units(course)
    runs = {
        unit.name: build_class(course, unit, course.root / "demo" / "run" / unit.assignment)
        for unit in chosen
    }
    _grade_ahead(chosen, runs, GradingOptions(sandboxed), jobs)
    for unit in chosen:
        grade_class(runs[unit.name], unit, sandboxed=sandboxed, jobs=jobs)
    return 0


def demonstrated_units(course: Course) -> list[Unit]:
    """The units that have a demonstration class, in the order of the course."""
    return [unit for unit in units_of(course) if has_students(course, unit)]


def has_students(course: Course, unit: Unit) -> bool:
    """Whether a unit has a demonstration class."""
    return _students_folder(course, unit).is_dir()


def _students_folder(course: Course, unit: Unit) -> Path:
    return course.source(unit.assignment).with_name("students")


def _grade_ahead(
    units: list[Unit], runs: Mapping[str, Course], options: GradingOptions, jobs: int | None
) -> None:
    """Grade all classes in one go, so that no core waits for the last notebook of a unit.

    The results are kept, and found again when each class is put into its gradebook. The last
    units come first: theirs train longest.
    """
    handed_in = {unit.name: submissions(runs[unit.name], unit) for unit in units}
    total = sum(map(len, handed_in.values()))
    with Pool(jobs) as pool, Progress("Grading", total, pool, "notebook") as bar:

        def each(hand_in: HandIn, submission: GradedSubmission) -> None:
            bar.done(submission.result.status.value)

        cohorts = [Cohort(unit, runs[unit.name], options, pool, each) for unit in reversed(units)]
        for cohort in cohorts:
            cohort.add(handed_in[cohort.unit.name])
        pool.run(watch=bar.watch)
        for cohort in cohorts:
            cohort.close()


def build_class(course: Course, unit: Unit, root: Path) -> Course:
    """A course of its own in `root`, in which the demonstration's students have handed in."""
    released = course.released(unit.assignment)
    if not released.is_file():
        raise CourseError(f"{released.name} is not built yet. Run: autograder build")
    run = Course(root)
    run.released(unit.assignment).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(course.root / MARKER, root / MARKER)
    shutil.copyfile(released, run.released(unit.assignment))
    students = demo_students(course, unit)
    _forget_others(root / "submitted", {student.name for student in students})
    skeleton = nbformat.read(released, as_version=4)
    answers = reference_answers(course, unit)
    for student in students:
        folder = root / "submitted" / student.name / unit.assignment
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(edited_notebook(skeleton, student, answers), folder / f"{unit.name}.ipynb")
    return run


def demo_students(course: Course, unit: Unit) -> list[DemoStudent]:
    """The students of the demonstration, in order of their names.

    Raises CourseError if there are none, or a file names an exercise that the unit does not have.
    """
    folder = _students_folder(course, unit)
    students = [_read_student(path, unit) for path in sorted(folder.glob("*.yaml"))]
    if not students:
        raise CourseError(f"No demonstration class: no students in {folder}. Use a full clone.")
    return students


def reference_answers(course: Course, unit: Unit) -> dict[str, str]:
    """The solved exercises of a unit, from its source, by their ids."""
    notebook = read_source(course, unit)
    return {
        cell.metadata.nbgrader["grade_id"]: _MARKERS.sub("", cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }


def _read_student(path: Path, unit: Unit) -> DemoStudent:
    record = yaml.safe_load(path.read_text(encoding="utf-8"))
    all_points = {name.split("/")[1]: points for name, points in unit.task_points}
    solved = record.get("solved", [])
    expected = record["expected"]
    in_full = {"all": all_points}
    if solved != "all":
        in_full["solved"] = {name: all_points[name] for name in solved}
    points = (
        expected["points"] if isinstance(expected["points"], dict) else in_full[expected["points"]]
    )
    student = DemoStudent(
        name=path.stem,
        about=" ".join(record["about"].split()),
        status=Status(expected["status"]),
        points=points,
        solved=frozenset(all_points if solved == "all" else solved),
        cells=record.get("cells", {}),
        added=tuple(record.get("added", ())),
    )
    unknown = ({*student.solved, *student.cells, *student.points}) - set(all_points)
    if unknown:
        raise CourseError(f"{path.name}: {unit.name} has no exercise {', '.join(sorted(unknown))}.")
    return student


def edited_notebook(
    skeleton: NotebookNode, student: DemoStudent, answers: Mapping[str, str]
) -> NotebookNode:
    """The released notebook as this student handed it in."""
    notebook = copy.deepcopy(skeleton)
    solved = {name: answer for name, answer in answers.items() if name in student.solved}
    chosen = {**solved, **student.cells}
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("solution") and nbgrader["grade_id"] in chosen:
            cell.source = chosen[nbgrader["grade_id"]].rstrip("\n")
    for number, source in enumerate(student.added, start=1):
        notebook.cells.append(new_code_cell(source.rstrip("\n"), id=f"own-{number}"))
    return notebook


def _forget_others(submitted: Path, names: set[str]) -> None:
    """Remove students who are not in the demonstration any more."""
    for folder in submitted.glob("*/"):
        if folder.name not in names:
            shutil.rmtree(folder)
