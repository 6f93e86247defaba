"""The pictures of the target network: a staircase, and smooth curves that lag behind."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from helpers.figures.target_network import (
    copied,
    draw_hard_copies,
    draw_soft_updates,
    online_value,
    softly_moved,
)
from helpers.notebook_figures import alternative_text

ONLINE = np.array([0.0, 1.0, 2.0, 4.0, 8.0])


def test_a_copied_target_keeps_what_it_got_last():
    assert copied(ONLINE, 2).tolist() == [0, 0, 2, 2, 8]
    assert copied(ONLINE, 1).tolist() == ONLINE.tolist()


def test_a_soft_target_moves_by_a_fraction_of_the_distance():
    assert softly_moved(ONLINE, 0.5).tolist() == [0, 0.5, 1.25, 2.625, 5.3125]
    assert softly_moved(ONLINE, 1.0).tolist() == ONLINE.tolist()


def test_a_smaller_tau_lags_further_behind_and_is_smoother():
    online = online_value()
    near, far = softly_moved(online, 0.25), softly_moved(online, 0.03)

    assert online[20] > near[20] > far[20]
    assert np.diff(online).std() > np.diff(near).std() > np.diff(far).std()


@pytest.mark.parametrize("figure", [draw_hard_copies, draw_soft_updates])
def test_each_curve_has_a_name_a_style_of_its_own_and_is_told_in_words(figure):
    drawn = figure()
    lines = drawn.axes[0].lines

    assert all(not line.get_label().startswith("_") for line in lines)
    assert len({(line.get_linestyle(), line.get_color()) for line in lines}) == len(lines)
    assert drawn.axes[0].get_title() in alternative_text(drawn)
