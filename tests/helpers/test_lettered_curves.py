"""Curves under letters: all that were measured are drawn, and nothing says which is which."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pytest

mpl.use("agg")
from matplotlib import pyplot

from helpers import plot_lettered_curves
from helpers.notebook_figures import alternative_text

CURVE = {"middle": [20, 30, 40, 50], "low": [10, 20, 30, 40], "high": [30, 40, 50, 60]}


@pytest.fixture(autouse=True)
def own_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A unit of another course, whose curves lie beside its notebook."""
    measured = {
        "grid": [0, 100, 200, 300],
        "seeds": 6,
        "random_score": 22,
        "curves": {letter: CURVE for letter in "dabc"},
    }
    (tmp_path / "curves").mkdir()
    (tmp_path / "curves" / "poker_letters.json").write_text(json.dumps(measured))
    monkeypatch.chdir(tmp_path)
    yield
    pyplot.close("all")


def test_each_letter_has_a_panel_with_the_same_axes() -> None:
    panels = [axes for axes in plot_lettered_curves("poker").axes if axes.get_title()]
    assert [axes.get_title() for axes in panels] == ["a", "b", "c", "d"]
    assert {axes.get_ylim() for axes in panels} == {panels[0].get_ylim()}
    assert panels[0].get_ylim()[0] == 0 and panels[0].get_ylim()[1] > 60
    assert list(panels[0].get_lines()[0].get_ydata()) == [20, 30, 40, 50]


def test_the_picture_can_be_read_in_words() -> None:
    words = alternative_text(plot_lettered_curves("poker"))
    assert "a: 20, 30, 40, 50 (40 to 60); b:" in words
    assert "Acting at random: 22" in words


def test_a_unit_without_lettered_curves_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="'chess'"):
        plot_lettered_curves("chess")
