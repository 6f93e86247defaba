"""The page of the calibration shows every score, in any course."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from autograder.authoring.calibration_page import _draw_unit, write_page
from autograder.course import Course


def test_it_is_written_into_a_course_that_has_no_pages_yet(tmp_path: Path) -> None:
    (tmp_path / "units.txt").write_text("policy_network\n", encoding="utf-8")
    page, picture = write_page(Course(tmp_path))
    assert "| policy_network |" in page.read_text(encoding="utf-8")
    assert picture.is_file()


@pytest.mark.parametrize("scores", [[-13.0, -200.0, None], [495.0, 12.0, None], [0.5, 0.7]])
def test_the_picture_shows_negative_scores_too(scores: list[float | None]) -> None:
    axes = Figure().subplots()
    _draw_unit(axes, [{"scores": scores, "rule": {"threshold": max(scores[:2])}}], ["reference"])
    left, right = axes.get_xlim()
    assert all(left < score < right for score in scores if score is not None)
    assert left == 0 or min(scores[:2]) < 0
