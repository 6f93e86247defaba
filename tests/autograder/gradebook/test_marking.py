"""Whoever marks an answer sees its rubric beside it; students never do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from traitlets.config import PyFileConfigLoader

from autograder.class_run import grade_class
from autograder.course import MARKER, Course
from autograder.gradebook.rubric import Item, Rubric
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, write_solved

MODEL = "The mean of the **returns** is moved to $0$."
SOURCE = f"""{MODEL}

**Points**

* 1: It names the mean
  of the returns.
* 0.5: It gives the formula.
"""


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def graded(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course whose source has a rubric, and a student with an answer to be marked."""
    monkeypatch.chdir(tmp_path)
    course = make_course(tmp_path, unit)
    write_solved(course, unit, SOURCE)
    notebook = hand_in(course, unit, "anna", {"question-why": "Because of the mean."})
    keep(course, unit, notebook, make_result(unit))
    assert grade_class(course, unit) == 0
    return course


def formgrader(course: Course, unit: Unit) -> BeautifulSoup:
    """The page that the formgrader shows of anna."""
    config = PyFileConfigLoader(MARKER, path=str(course.root)).load_config()
    config.HTMLExporter.template_name = "formgrade"
    resources: dict[str, Any] = {"base_url": "", "index": 0, "total": 1, "student": "anna"}
    resources |= {"submission_id": "1"}
    resources |= {"notebook_id": unit.name, "assignment_id": unit.assignment}
    path = course.root / "autograded" / "anna" / unit.assignment / f"{unit.name}.ipynb"
    page, _ = HTMLExporter(config=config).from_filename(str(path), resources=resources)
    return BeautifulSoup(page, "html.parser")


def test_a_rubric_is_a_model_answer_and_what_gives_points() -> None:
    rubric = Rubric.read(SOURCE)
    assert rubric == Rubric(
        MODEL,
        (Item(1.0, "It names the mean of the returns."), Item(0.5, "It gives the formula.")),
    )
    assert rubric.points == 1.5


def test_a_cell_without_a_list_of_points_has_no_rubric() -> None:
    assert Rubric.read("*Your answer here.*") is None


def test_the_formgrader_asks_nobody_but_its_server(graded: Course, unit: Unit) -> None:
    """The address of MathJax is relative, because a hub puts a prefix before all of them."""
    loaded = [str(part["src"]) for part in formgrader(graded, unit).select("script[src]")]
    assert any(address.startswith("../../../static/jupyter_server_mathjax/") for address in loaded)
    assert not any(address.startswith(("http:", "https:", "//")) for address in loaded)


def test_the_formgrader_shows_it_right_below_the_answer(graded: Course, unit: Unit) -> None:
    page = formgrader(graded, unit)
    [rubric] = page.find_all("details", class_="rubric")
    assert "<strong>returns</strong>" in str(rubric) and "<mn>0</mn>" in str(rubric)
    labels = [" ".join(label.get_text().split()) for label in rubric.find_all("label")]
    assert labels == [
        "1 point: It names the mean of the returns.", "0.5 points: It gives the formula.",
    ]  # fmt: skip
    answer = page.find("textarea", id="question-why-comment")
    assert answer is not None and answer.find_next("details") is rubric
    assert page.find(id=rubric["data-question"]) is page.find("input", id="question-why")


def test_a_course_without_sources_shows_the_answer_alone(graded: Course, unit: Unit) -> None:
    graded.source(unit.assignment).with_suffix(".ipynb").unlink()
    page = formgrader(graded, unit)
    assert page.find("details", class_="rubric") is None
    assert "Because of the mean." in page.get_text()


def test_nothing_that_students_get_holds_it(graded: Course, unit: Unit) -> None:
    feedback = graded.root / "feedback" / "anna" / unit.assignment / f"{unit.name}.html"
    assert "Because of the mean." in feedback.read_text(encoding="utf-8")
    for folder in ("feedback", "autograded", "course", "reports"):
        for path in (graded.root / folder).rglob("*"):
            assert not path.is_file() or b"gives the formula" not in path.read_bytes()
