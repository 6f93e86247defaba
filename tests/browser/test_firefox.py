"""The same in Firefox: a unit as students get it, the player by keys and by touch."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.course import Course
from autograder.units import Unit
from tests.browser.firefox import firefox
from tests.browser.test_notebook_in_browser import (  # noqa: F401 (tests, asked of Firefox here)
    notebook,
    test_a_game_is_played_with_the_keys_and_its_score_reaches_the_kernel,
    test_fingers_play_with_the_buttons,
    test_the_animation_plays_by_itself,
)
from tests.browser.test_released_units import QUICK, Page, work_through
from tests.course import here

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLAYS_H264 = """
return document.createElement("video").canPlayType('video/mp4; codecs="avc1.42E01E"') !== "";
"""
UNITS = [unit for unit in here.UNITS if unit.name in (QUICK, "policy_network")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Firefox instead of Chromium."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("Firefox is not installed (firefox-esr)")
    with firefox(program, tmp_path_factory.mktemp("profile")) as driver:
        driver.get("about:blank")
        if not driver.execute_script(PLAYS_H264):
            pytest.skip("Firefox finds no decoder for H.264 (libavcodec)")
        yield driver


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_untouched_then_solved_saved_and_reopened(
    unit: Unit, released: Any, browser: Any, wait_for: Any, course: Course
) -> None:
    work_through(unit, Page(browser, released, wait_for, "JupyterLab"), course)
