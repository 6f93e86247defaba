"""The pages of one term as people see them; `--pictures docs/images` renews their pictures."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.course import Course
from tests.browser.pictures import Picture
from tests.browser.term import CLASS, UNIT

pytestmark = pytest.mark.browser

#: The cells of a feedback page in its picture: the whole page is very long.
SHOWN = ("cell-id=act", "cell-id=check-act", "cell-id=check-agent")
SHOW = """
const [summary, ...cells] = document.querySelectorAll(".cell");
for (const cell of cells)
  if (![...arguments].includes(cell.id)) cell.style.display = "none";
"""


def test_the_class_page_shows_everybody(browser: Any, term: Course, picture: Picture) -> None:
    browser.get((term.root / "reports" / UNIT.assignment / "class.html").as_uri())

    text = browser.find_element("tag name", "body").text
    assert all(student in text and name in text for student, (name, _) in CLASS.items())
    picture("class-page", "h1", ".scroll", window=1500)


def test_a_feedback_page_says_what_is_right_what_is_wrong_and_how_the_agent_learned(
    browser: Any, term: Course, picture: Picture
) -> None:
    page = term.root / "feedback" / "eve" / UNIT.assignment / f"{UNIT.name}.html"
    browser.get(page.as_uri())

    browser.execute_script(SHOW, *SHOWN)
    text = browser.find_element("tag name", "body").text
    assert "✓ takes the best action" in text
    assert "✗ random with probability epsilon" in text
    curve = browser.find_element("css selector", f"[id='{SHOWN[-1]}'] img")
    assert curve.get_property("naturalWidth") > 0
    picture("feedback-page", ".cell", f"[id='{SHOWN[-1]}']")
