"""The demonstration class, graded for real, gets the marks that its files announce."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from autograder.authoring.demonstration import build_class, demo_students, reference_answers
from autograder.class_run import grade_class
from autograder.course import Course, CourseError
from autograder.grading.batch import GradedSubmission, grade_cohort
from autograder.grading.hand_ins import submissions
from autograder.grading.submission import GradingOptions
from autograder.results import Status
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import scores

#: The unit whose class has every kind of student.
DEMONSTRATED = "policy_network"
NAMES = (
    "endless_loop", "forged_scores", "half_solved", "hand_written_controller", "solved",
    "syntax_error", "untouched", "wrong_sign",
)  # fmt: skip


@pytest.fixture(scope="module")
def unit() -> Unit:
    return unit_named(DEMONSTRATED)


@pytest.fixture(scope="module")
def demo(course: Course, unit: Unit, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The demonstration's own course, in a temporary folder."""
    return build_class(course, unit, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def graded(demo: Course, unit: Unit) -> dict[str, GradedSubmission]:
    """The whole class, graded in the real sandbox."""
    return grade_cohort(submissions(demo, unit), unit, demo, GradingOptions())


def test_the_class_has_every_kind_of_student(course: Course, unit: Unit) -> None:
    assert tuple(student.name for student in demo_students(course, unit)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_student_gets_the_announced_marks(
    course: Course, unit: Unit, graded: dict[str, GradedSubmission], name: str
) -> None:
    student = {student.name: student for student in demo_students(course, unit)}[name]
    result = graded[name].result
    earned = {task.task.split("/")[1]: task.points for task in result.tasks if task.points}
    expected = {task: points for task, points in student.points.items() if points}
    assert (result.status, earned) == (student.status, expected), result.message


def test_the_untouched_notebook_is_told_so_at_every_task(
    graded: dict[str, GradedSubmission],
) -> None:
    for task in graded["untouched"].result.tasks:
        assert task.checks[0].message is not None
        assert "NotImplementedError" in task.checks[0].message, task.task


def test_the_wrong_sign_is_called_by_its_name(graded: dict[str, GradedSubmission]) -> None:
    checks = graded["wrong_sign"].result.task("policy_network/loss").checks
    assert "sign" in str([check.mistake for check in checks])


def test_the_controller_is_found_out_by_its_network(graded: dict[str, GradedSubmission]) -> None:
    agent = graded["hand_written_controller"].result.task("policy_network/agent")
    assert agent.checks[0].mistake == "network_does_not_decide"


def test_nbgraders_gradebook_has_the_same_marks_and_a_second_run_changes_nothing(
    demo: Course, unit: Unit, graded: dict[str, GradedSubmission]
) -> None:
    assert grade_class(demo, unit) == 0
    expected = {student: one.result.points for student, one in graded.items()}
    assert scores(demo, unit) == expected
    again = grade_cohort(submissions(demo, unit), unit, demo, GradingOptions())
    assert all(one.cached for one in again.values())
    assert {name: one.result for name, one in again.items()} == {
        name: one.result for name, one in graded.items()
    }


def test_the_reference_holds_no_marker_and_no_stub(course: Course, unit: Unit) -> None:
    answers = reference_answers(course, unit)
    assert set(answers) == {name.split("/")[1] for name, _ in unit.task_points}
    for source in answers.values():
        assert "SOLUTION" not in source and "NotImplementedError" not in source


def test_a_student_file_with_an_unknown_exercise_is_refused(tmp_path: Path, unit: Unit) -> None:
    folder = tmp_path / "solutions" / unit.assignment / "students"
    folder.mkdir(parents=True)
    text = "about: x\nexpected: {status: ok, points: {}}\ncells: {no_such: x}\n"
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="no_such"):
        demo_students(Course(tmp_path), unit)


def test_students_no_longer_in_the_class_leave(course: Course, unit: Unit, tmp_path: Path) -> None:
    gone = tmp_path / "submitted" / "gone" / unit.assignment
    gone.mkdir(parents=True)
    build_class(course, unit, tmp_path)
    assert sorted(folder.name for folder in (tmp_path / "submitted").iterdir()) == list(NAMES)
    notebook = tmp_path / "submitted" / "untouched" / unit.assignment / f"{unit.name}.ipynb"
    released = nbformat.read(course.released(unit.assignment), as_version=4)
    assert nbformat.read(notebook, as_version=4) == released


def test_only_the_announced_statuses_are_used(course: Course, unit: Unit) -> None:
    statuses = {student.name: student.status for student in demo_students(course, unit)}
    assert statuses.pop("endless_loop") is Status.TIMEOUT
    assert set(statuses.values()) == {Status.OK}
