"""Marking an answer in the real formgrader, with its rubric."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from selenium.webdriver.common.keys import Keys

from autograder.class_run import grade_class
from autograder.units import unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, write_solved
from tests.browser.conftest import REPOSITORY, jupyter

pytestmark = pytest.mark.browser

SOURCE = "The mean.\n\n**Points**\n\n* 1.5: It names the mean.\n* 0.5: It says why."


#: The formgrader loads MathJax from a server that tests do not reach, and waits for its signal.
MATHJAX = "window.MathJax = {Hub: {Startup: {signal: {Interest: (call) => call('End')}}}}"


@pytest.fixture(autouse=True)
def mathjax(browser: Any) -> Iterator[None]:
    """Something that gives the signal."""
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": MATHJAX})
    yield
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_ticking_what_an_answer_has_gives_its_points(
    browser: Any, wait_for: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, unit = tmp_path / "course", unit_named("policy_network")
    root.mkdir()
    monkeypatch.chdir(root)
    course = make_course(root, unit)
    write_solved(course, unit, SOURCE)
    keep(course, unit, hand_in(course, unit, "anna", {"question-why": "Why?"}), make_result(unit))
    grade_class(course, unit)
    names = (unit.name, unit.assignment, "anna")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(*names).id

    def points() -> float | None:
        with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            return gradebook.find_grade("question-why", *names).manual_score

    (tmp_path / "jupyter").mkdir()
    with jupyter(tmp_path / "jupyter", root, REPOSITORY) as lab:
        browser.get(f"{lab.address}/login?token={lab.token}")
        browser.get(f"{lab.address}/formgrader/submissions/{submission}/")
        ready = "return document.querySelector('#question-why.needs_manual_grade') !== null"
        wait_for("the formgrader has the marks", lambda: browser.execute_script(ready))
        boxes = browser.find_elements("css selector", ".rubric input")
        assert len(boxes) == 2
        for box in boxes:
            box.send_keys(Keys.SPACE)  # the page still moves: a click may miss
        wait_for("both items count", lambda: points() == 2.0)
        boxes[1].send_keys(Keys.SPACE)
        wait_for("one of them counts", lambda: points() == 1.5)
