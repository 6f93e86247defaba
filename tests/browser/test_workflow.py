"""nbgrader's workflow, clicked: a student in JupyterLab, a teacher in the formgrader."""

from __future__ import annotations

import getpass
import shutil
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from rehearsal.course_folder import ASSIGNMENT, EXERCISES, NOTEBOOK, UNIT, Exchange, solved
from tests.browser.conftest import LAB_IS_THERE, REPOSITORY, RESTORED, Lab, jupyter

pytestmark = pytest.mark.browser

NOTEBOOK_IS_READY = (
    "return jupyterapp.shell.currentWidget?.context?.isReady"
    " && document.querySelector('.validate-button') !== null"
)
OPEN_LIST = "jupyterapp.commands.execute('nbgrader:open-assignment-list')"
TEXTS = "return [...document.querySelectorAll(arguments[0])].map((part) => part.innerText)"
VALIDATE = "jp-button.validate-button"
ANSWER = ".jp-Dialog #validation-message"
FAILED = "The following cell failed"
UNSOLVED = "rule"
QUESTION = "question-learning"
LONG = 240.0


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one unit and an exchange of its own; nothing is released yet."""
    folder = tmp_path_factory.mktemp("course")
    for part in (f"solutions/{ASSIGNMENT}", f"course/{ASSIGNMENT}"):
        shutil.copytree(REPOSITORY / part, folder / part)
    exchange = Exchange.directory(tmp_path_factory.mktemp("shared") / "exchange")
    own = (REPOSITORY / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(own + exchange.lines)
    (folder / "units.txt").write_text(f"{UNIT}\n")
    return folder


@pytest.fixture(scope="module")
def teacher(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with jupyter(tmp_path_factory.mktemp("jupyter"), course, REPOSITORY) as lab:
        yield lab


@pytest.fixture(scope="module")
def student(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Jupyter in a student's home, with the settings of docs/department.md."""
    folder = tmp_path_factory.mktemp("student")
    *_, root = (course / "nbgrader_config.py").read_text().splitlines()
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'reinforcement-learning'\n"
        f"{root}\nc.Execute.timeout = 1200\n"
    )
    with jupyter(tmp_path_factory.mktemp("jupyter"), folder, REPOSITORY) as lab:
        yield lab


class Person:
    """Somebody with a browser, who clicks what they see."""

    def __init__(self, browser: Any, lab: Lab, wait_for: Callable[..., Any]) -> None:
        self.browser, self.lab, self.wait_for = browser, lab, wait_for

    def found(self, selector: str, seconds: float = 60.0) -> Any:
        elements = lambda: self.browser.find_elements("css selector", selector)  # noqa: E731
        return self.wait_for(selector, elements, seconds)[0]

    def reads(self, selector: str, words: str, seconds: float = LONG) -> str:
        """The text of what is found, once these words are in it."""

        def text() -> str | None:
            shown = self.browser.execute_script(TEXTS, selector)  # at once: lists are renewed
            return next((each for each in shown if words in each), None)

        answer: str = self.wait_for(f"{words!r} in {selector}", text, seconds)
        return answer

    def opens_assignments(self) -> None:
        self.browser.get("about:blank")
        self.browser.get(f"{self.lab.address}/lab?token={self.lab.token}&reset")
        self.wait_for("JupyterLab", lambda: self.browser.execute_script(LAB_IS_THERE), 60)
        self.found(RESTORED)
        self.browser.execute_script(OPEN_LIST)

    def opens_formgrader(self, page: str) -> None:
        self.browser.get(f"{self.lab.address}/login?token={self.lab.token}")
        self.browser.get(f"{self.lab.address}/formgrader/{page}")

    def clicks_in_table(self, action: str, success: str) -> None:
        """Click a button of the formgrader's table and read that it worked."""
        self.found(f"#main-table .{action} a").click()
        self.reads(".modal-body", success)
        self.browser.refresh()


@pytest.fixture
def person(browser: Any, wait_for: Callable[..., Any]) -> Callable[[Lab], Person]:
    return lambda lab: Person(browser, lab, wait_for)


def solve(lab: Lab, parts: Container[str]) -> None:
    """Write the student's notebook: as released, with the reference's answers to these parts."""
    path = lab.folder / NOTEBOOK
    path.parent.mkdir(exist_ok=True)
    released = nbformat.read(REPOSITORY / "course" / NOTEBOOK, as_version=4)
    nbformat.write(solved(released, parts), path)


def test_an_assignment_goes_to_the_student_and_comes_back_graded_by_clicks(
    teacher: Lab, student: Lab, person: Callable[[Lab], Person]
) -> None:
    def hands_in(exercises: Container[str], times: int) -> None:
        someone = person(student)
        solve(student, exercises)
        someone.opens_assignments()
        someone.found("#fetched_assignments_list .btn-primary").click()
        entries = "#submitted_assignments_list .nested_list_item"
        count = lambda: len(someone.browser.find_elements("css selector", entries)) == times  # noqa: E731
        someone.wait_for(f"{times} submissions are listed", count, 60)

    def is_graded() -> float:
        someone = person(teacher)
        someone.opens_formgrader("manage_assignments")
        someone.clicks_in_table("collect", "Successfully collected")
        someone.opens_formgrader(f"manage_submissions/{ASSIGNMENT}")
        someone.clicks_in_table("autograde", "Successfully autograded")
        someone.reads("#main-table .score", "/")
        with Gradebook(f"sqlite:///{teacher.folder / 'gradebook.db'}") as gradebook:
            score: float = gradebook.find_submission(ASSIGNMENT, getpass.getuser()).score
        return score

    someone = person(teacher)
    someone.opens_formgrader("manage_assignments")
    someone.clicks_in_table("release", "Successfully released")

    someone = person(student)
    someone.opens_assignments()
    someone.found("#released_assignments_list button.btn-primary").click()
    someone.reads("#fetched_assignments_list", ASSIGNMENT)
    assert (student.folder / NOTEBOOK).is_file()

    hands_in(set(EXERCISES) - {UNSOLVED}, times=1)
    assert is_graded() == 6
    hands_in(EXERCISES, times=2)
    assert is_graded() == 9

    someone = person(teacher)
    someone.opens_formgrader("manage_assignments")
    someone.clicks_in_table("generate-feedback", "Successfully generated feedback")
    someone.clicks_in_table("release-feedback", "Successfully released feedback")

    someone = person(student)
    someone.opens_assignments()
    someone.reads("#submitted_assignments_list", "feedback available to fetch")
    someone.found("#submitted_assignments_list .btn-primary").click()
    someone.reads("#submitted_assignments_list", "view feedback")
    (page,) = (student.folder / ASSIGNMENT / "feedback").rglob("*.html")
    assert f"{UNIT}/{UNSOLVED}" in page.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("place", ("lab/tree", "notebooks"))
def test_validate_names_the_exercise_that_fails_and_says_that_all_pass(
    student: Lab, person: Callable[[Lab], Person], place: str
) -> None:
    someone = person(student)

    def validated(words: str) -> str:
        someone.browser.get("about:blank")
        someone.browser.get(student.url(NOTEBOOK, place))
        ready = lambda: someone.browser.execute_script(NOTEBOOK_IS_READY)  # noqa: E731
        someone.wait_for("the notebook opens", ready, 60)
        someone.found(VALIDATE).click()
        return someone.reads(ANSWER, words)

    solve(student, {*EXERCISES, QUESTION} - {UNSOLVED})
    answer = validated(FAILED)
    assert answer.count(FAILED) == 1
    assert f"{UNIT}/{UNSOLVED}: 0 of 3 points" in answer

    solve(student, {*EXERCISES, QUESTION})
    assert "passes all the tests" in validated("Success!")
