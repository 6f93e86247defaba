"""The picture of the ring buffer shows what a ring buffer does."""

from __future__ import annotations

import matplotlib
import pytest

matplotlib.use("Agg")

from helpers.figures.ring_buffer import draw_ring_buffer, ring_states
from helpers.notebook_figures import alternative_text


def test_the_last_row_is_followed_by_the_first_and_the_oldest_are_overwritten():
    *_, third, fourth = ring_states(8, (3, 3, 3, 3))

    assert third.rows == (8, 1, 2, 3, 4, 5, 6, 7)
    assert third.written == (6, 7, 0)
    assert third.overwritten == (0,)
    assert (third.position, third.size) == (1, 8)
    assert fourth.rows == (8, 9, 10, 11, 4, 5, 6, 7)
    assert fourth.overwritten == (1, 2, 3)


def test_rows_stay_empty_until_they_are_reached():
    first, second = ring_states(5, (2, 1))

    assert first.rows == (0, 1, None, None, None)
    assert (second.position, second.size) == (3, 3)
    assert second.overwritten == ()


@pytest.mark.parametrize("capacity", [4, 6, 7])
def test_it_always_holds_the_newest(capacity):
    pushed = 0
    for state, n in zip(ring_states(capacity, (3, 2, 3, 1, 4)), (3, 2, 3, 1, 4), strict=True):
        pushed += n
        held = sorted(row for row in state.rows if row is not None)
        assert held == list(range(max(pushed - capacity, 0), pushed))
        assert state.size == len(held)


def test_a_push_must_fit():
    with pytest.raises(ValueError, match="do not fit"):
        ring_states(3, (4,))


def test_every_transition_is_written_into_the_picture_and_told_in_words():
    figure = draw_ring_buffer(4, (3, 3))
    written = [text.get_text() for text in figure.axes[0].texts]

    assert [text for text in written if text.startswith("t") and text[1:].isdigit()] == [
        "t0", "t1", "t2", "t4", "t5", "t2", "t3",
    ]  # fmt: skip
    assert "overwriting rows 0, 1" in alternative_text(figure)
    assert "the rows hold t4, t5, t2, t3; position 2, size 4" in alternative_text(figure)
