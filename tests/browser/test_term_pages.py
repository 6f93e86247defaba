"""The class page as an instructor sees it; `--pictures docs/images` renews its picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.class_run import grade_class
from autograder.course import Course
from autograder.results import Status
from autograder.units import unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

pytestmark = pytest.mark.browser

UNIT = unit_named("dqn")
#: The share of the points that each student has earned.
CLASS = {"ada": 1.0, "ben": 0.5, "cleo": 1.0, "dan": 0.0, "eve": 0.75, "finn": 1.0}
MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class whose results are made by hand; pages and gradebook are real."""
    course = make_course(tmp_path_factory.mktemp("course"), UNIT)
    for number, (student, share) in enumerate(CLASS.items()):
        path = hand_in(course, UNIT, student, {"forward": f"# version {number}"})
        status = Status.TIMEOUT if student == "dan" else Status.OK
        keep(course, UNIT, path, make_result(UNIT, share, status=status))
    assert grade_class(course, UNIT, jobs=1) == 0
    return course


def test_the_class_page_shows_everybody(
    browser: Any, graded: Course, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    browser.get((graded.root / "reports" / UNIT.assignment / "class.html").as_uri())

    text = browser.find_element("tag name", "body").text
    assert all(student in text for student in CLASS)
    picture = (request.config.getoption("--pictures") or tmp_path) / "class-page.png"
    browser.save_screenshot(str(picture))
    assert picture.stat().st_size < MOST_BYTES
