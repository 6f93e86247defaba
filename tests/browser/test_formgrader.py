"""Marking an answer in the real formgrader, with its rubric."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from nbgrader.api import Gradebook
from selenium.webdriver.common.keys import Keys

from autograder.course import Course
from tests.browser.conftest import REPOSITORY, Lab, jupyter
from tests.browser.pictures import Picture
from tests.browser.term import CLASS, UNIT

pytestmark = pytest.mark.browser

QUESTION = "question-off-policy"
#: The cell with the question, and the rubric below its answer.
TASK = f".cell:has(+ * #{QUESTION})"
STUDENT = "ada"
NAMES = (UNIT.name, UNIT.assignment, STUDENT)
READY = f"return document.querySelector('#{QUESTION}.needs_manual_grade') !== null"
RUBRIC = f".rubric[data-question='{QUESTION}']"
#: Whether MathJax has typeset the page: without errors, with every formula.
TYPESET = """
return window.MathJax.loaded === true && document.querySelector(".MathJax_Error") === null
    && document.querySelectorAll(".MathJax").length
    === document.querySelectorAll("script[type^='math/']").length;
"""
#: Between each text of the status table, above the first cell, and the next one of its row.
GAPS = """
const place = (cell) => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return text.getBoundingClientRect();
};
const [table] = document.querySelectorAll(".text_cell_render table");
return [...table.rows].flatMap((row) => [...row.cells].slice(1)
  .filter((cell) => cell.textContent !== "")
  .map((cell) => place(cell).left - place(cell.previousElementSibling).right));
"""
STILL = "return $(':animated').length === 0"
ASKED_FOR = "return performance.getEntriesByType('resource').map((entry) => entry.name)"


@pytest.fixture(scope="module")
def formgrader(term: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Jupyter in the course's folder."""
    with jupyter(tmp_path_factory.mktemp("jupyter"), term.root, REPOSITORY) as lab:
        yield lab


@pytest.fixture
def page(formgrader: Lab, browser: Any, term: Course, wait_for: Callable[..., Any]) -> Any:
    """The formgrader's page of one student, with everything loaded."""
    with Gradebook(f"sqlite:///{term.root / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(*NAMES).id
    browser.get(f"{formgrader.address}/login?token={formgrader.token}")
    browser.get(f"{formgrader.address}/formgrader/submissions/{submission}/")
    wait_for("the formgrader has the marks", lambda: browser.execute_script(READY))
    wait_for("formulas are typeset", lambda: browser.execute_script(TYPESET))
    return browser


def test_formulas_come_from_the_server_itself(page: Any, formgrader: Lab) -> None:
    assert page.find_elements("css selector", ".MathJax")
    asked = page.execute_script(ASKED_FOR)
    assert any("MathJax.js" in address for address in asked)
    assert all(address.startswith(formgrader.address) for address in asked)


def test_the_columns_of_the_status_table_have_gaps(page: Any) -> None:
    gaps = page.execute_script(GAPS)

    assert len(gaps) > 5 * 2
    assert min(gaps) >= 10


def test_ticking_what_an_answer_has_gives_its_points(
    page: Any, term: Course, wait_for: Callable[..., Any], picture: Picture
) -> None:
    def points() -> float | None:
        with Gradebook(f"sqlite:///{term.root / 'gradebook.db'}") as gradebook:
            return gradebook.find_grade(QUESTION, *NAMES).manual_score

    boxes = page.find_elements("css selector", f"{RUBRIC} input")
    assert len(boxes) == 2
    for box in boxes:
        box.send_keys(Keys.SPACE)  # the page still moves: a click may miss
    wait_for("both items count", lambda: points() == 2.0)
    boxes[1].send_keys(Keys.SPACE)
    wait_for("one of them counts", lambda: points() == 1.0)
    wait_for("the page has told so", lambda: page.execute_script(STILL))
    picture("rubric", TASK, RUBRIC)


def test_the_list_of_submissions_says_where_an_answer_waits(
    formgrader: Lab, browser: Any, wait_for: Callable[..., Any], picture: Picture
) -> None:
    browser.get(f"{formgrader.address}/login?token={formgrader.token}")
    browser.get(f"{formgrader.address}/formgrader/gradebook/{UNIT.assignment}/{UNIT.name}")

    rows = lambda: browser.find_elements("css selector", ".needs-manual-grade .glyphicon-ok")  # noqa: E731
    wait_for("everybody is listed", lambda: len(rows()) == len(CLASS))
    picture("manual-grading", ".jupyter-logo", "h1", "table")
