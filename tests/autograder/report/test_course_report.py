"""The whole course on a page: marks, who dropped out, and what was not understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.course import Course
from autograder.gradebook.final_mark import FinalMark
from autograder.report.course_report import CourseReport, write_course_page
from autograder.report.rows import ClassReport
from autograder.results import CheckResult, Result, Status, TaskResult
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import make_result

FIRST, SECOND = "policy_network", "actor_critic"


def missing(unit: Unit) -> Result:
    return make_result(unit, 0.0, status=Status.MISSING, evaluation=None)


def with_mistake(unit: Unit, task: str, mistake: str) -> Result:
    """All points but those of one task."""
    check = CheckResult("values", False, mistake, "It is wrong.")
    tasks = tuple(
        TaskResult(name, 0.0, most, (check,)) if name.endswith(f"/{task}") else
        TaskResult(name, most, most)
        for name, most in unit.task_points
    )  # fmt: skip
    return make_result(unit, tasks=tasks)


@pytest.fixture
def report() -> CourseReport:
    first, second = unit_named(FIRST), unit_named(SECOND)
    return CourseReport((
        ClassReport.of(first, {
            "anna": with_mistake(first, "act", "always_best"), "ben": make_result(first, 0.5),
            "carl": make_result(first),
        }, names={"anna": "Anna Berg"}),
        ClassReport.of(second, {
            "anna": with_mistake(second, "act", "always_best"), "ben": missing(second),
            "dora": make_result(second),
        }),
    ))  # fmt: skip


def test_everybody_of_any_unit_is_there_with_a_total_and_a_mean_share(report: CourseReport) -> None:
    lines = {line.student: line for line in report.lines}
    assert list(lines) == ["anna", "ben", "carl", "dora"]
    assert lines["ben"].total == unit_named(FIRST).max_points / 2
    assert (lines["ben"].share, lines["dora"].share) == (0.25, 0.5)
    assert lines["anna"].name == "Anna Berg"


def test_marks_that_lack_an_answer_have_a_star(tmp_path: Path) -> None:
    unit = unit_named(FIRST)
    tasks = {name.rsplit("/", 1)[-1]: points for name, points in unit.task_points}
    waiting = FinalMark(tasks, 0.0, 2.0, ("why",), 0.0, 0.0, unit.max_points + 2)
    results = {"anna": make_result(unit), "ben": make_result(unit)}
    report = CourseReport((ClassReport.of(unit, results, marks={"anna": waiting}),))

    path = write_course_page(report, Course(tmp_path))

    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    shown = [row.select("td.n") for row in page.select("#students tbody tr")]
    points = f"{unit.max_points:g}"
    assert [[cell.get_text() for cell in cells[:2]] for cells in shown] == [
        [f"{points}*", f"{points}*"],
        [points, points],
    ]


def test_who_handed_in_earlier_units_but_not_the_last_one_dropped_out(report: CourseReport) -> None:
    assert [line.student for line in report.lines if line.dropped_out] == ["ben", "carl"]


def test_who_never_handed_in_anything_did_not_drop_out() -> None:
    unit = unit_named(FIRST)
    [line] = CourseReport((ClassReport.of(unit, {"eve": missing(unit)}),)).lines
    assert not line.dropped_out and line.last is None


def test_tasks_with_the_same_name_are_one_concept_over_the_units(report: CourseReport) -> None:
    concepts = {concept.task: concept for concept in report.concepts}
    assert concepts["act"].pass_rates == (1 / 3, 1 / 2)
    assert report.concepts[0].task == "act"  # the least understood
    assert "returns" not in concepts  # in one unit only


def test_a_mistake_that_the_same_student_made_in_two_units_came_back(report: CourseReport) -> None:
    [mistake] = report.recurring
    assert (mistake.task, mistake.mistake, mistake.students) == ("act", "always_best", ("anna",))
    assert mistake.units == (FIRST, SECOND)


def test_the_page_shows_it(report: CourseReport, tmp_path: Path) -> None:
    class_page = tmp_path / "reports" / unit_named(FIRST).assignment / "class.html"
    class_page.parent.mkdir(parents=True)
    class_page.write_text("here")
    path = write_course_page(report, Course(tmp_path))
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    ben = page.select("#students tbody tr")[1]
    cells = [cell.get_text() for cell in ben.find_all(["th", "td"])]
    half = f"{unit_named(FIRST).max_points / 2:g}"
    assert cells == ["ben", "", half, "–", half, "25 %", f"after {FIRST}"]
    [link] = page.select("#units a")
    assert (path.parent / str(link["href"])).read_text() == "here"
    assert ben["data-kinds"] == "dropped out"
