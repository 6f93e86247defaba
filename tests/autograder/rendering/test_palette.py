"""Colours that colour-blind readers tell apart, on light and on dark pages, and never alone."""

from itertools import combinations

import numpy as np
import pytest

from autograder.checks.judge import NOT_REACHED
from autograder.rendering.palette import FAILED, NOTE, PASSED, WAITING, look_of
from autograder.results import CheckResult

LOOKS = [PASSED, FAILED, NOTE, WAITING]
WHITE, JUPYTER_DARK, VSCODE_DARK = "#ffffff", "#111111", "#1f1f1f"
#: Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
VISION = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def linear(colour):
    channels = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """The contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """Linear RGB as CIE L*a*b*, where distances are differences that people see."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("look", LOOKS)
def test_a_mark_stands_out_on_every_background(look):
    for background in (WHITE, JUPYTER_DARK, VSCODE_DARK):
        assert contrast(look.colour, background) >= 3


@pytest.mark.parametrize("look", LOOKS)
def test_coloured_text_is_legible_where_the_background_is_known(look):
    assert contrast(look.on_light, WHITE) >= 4.5
    assert contrast(look.on_dark, JUPYTER_DARK) >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_passed_failed_and_note_differ_for_every_eye(vision):
    seen = [lab(np.array(VISION[vision]) @ linear(look.colour)) for look in (PASSED, FAILED, NOTE)]
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(one - other) > 15


def test_each_look_has_a_mark_of_its_own():
    assert len({look.mark for look in LOOKS}) == len(LOOKS)


def test_a_check_looks_as_it_came_out():
    assert look_of(CheckResult("a", True)) is PASSED
    assert look_of(CheckResult("a", False, "wrong", "Wrong.")) is FAILED
    assert look_of(CheckResult("a", False, "long", "Long.", note=True)) is NOTE
    assert look_of(CheckResult("a", False, NOT_REACHED, "Later.")) is WAITING
