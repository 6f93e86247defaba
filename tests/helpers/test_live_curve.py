"""A training in a notebook draws its scores while they come, and takes little time for it."""

from __future__ import annotations

import base64
import io
import time
from typing import Any

import pytest
from PIL import Image

from helpers import Training, train_agent
from helpers.live_curve import LiveCurve, live_curve
from helpers.notebook_curve import NotebookCurve
from tests.helpers.test_training import PushesRight

SETUP = """
from IPython import get_ipython
from helpers import RandomAgent, Training, train_agent
from helpers.cells import current_cell
drawn, publish = [], get_ipython().display_pub.publish
def note(data, *rest, **more):
    drawn.append(data)
    return publish(data, *rest, **more)
get_ipython().display_pub.publish = note
"""
TRAIN = """
import time
class Slow(RandomAgent):
    def train(self, transition):
        end = time.thread_time() + 0.007
        while time.thread_time() < end:
            pass
records = train_agent(Slow(seed=1), "CartPole-v1", Training(episodes=60, environments=4, seed=1))
print(sum("image/png" in data for data in drawn), "pictures of", len(records), "episodes")
"""


def pictures(outputs: list[Any]) -> list[Any]:
    return [output for output in outputs if "image/png" in output.get("data", {})]


@pytest.fixture(scope="module")
def cells(run_cells: Any) -> Any:
    return run_cells(
        SETUP,
        TRAIN,
        'train_agent(RandomAgent(), "CartPole-v1", Training(episodes=3, progress=False))\nNone',
        "class Stopped(RandomAgent):\n"
        "    def train(self, transition):\n"
        "        raise KeyboardInterrupt\n"
        "train_agent(Stopped())\nNone",
    )


def test_one_picture_grows_and_ends_with_the_whole_training(cells: Any) -> None:
    _, training, _, _ = cells
    [picture] = pictures(training)
    [said] = [output["text"] for output in training if "pictures" in output.get("text", "")]
    assert int(said.split()[0]) > 1 and said.endswith("pictures of 60 episodes\n")
    text = picture["data"]["text/plain"]
    assert text.startswith("Scores of this training. 60 episodes; the mean score of the last 100")
    assert set(picture["data"]) == {"image/png", "text/html", "text/plain"}
    assert f'alt="{text}"' in picture["data"]["text/html"]
    with Image.open(io.BytesIO(base64.b64decode(picture["data"]["image/png"]))) as image:
        assert image.width > picture["metadata"]["image/png"]["width"], "sharp, as it stays"


def test_without_progress_or_episodes_there_is_none(cells: Any) -> None:
    _, _, silent, stopped = cells
    assert silent == [] and pictures(stopped) == []


def test_outside_a_notebook_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it drew")

    monkeypatch.setattr(NotebookCurve, "_draw", refuse)
    assert type(live_curve(475, greedy=False)) is LiveCurve
    train_agent(PushesRight(), training=Training(episodes=3, seed=1))


def test_all_drawings_together_take_at_most_a_tenth_of_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Processor time, the last and best picture included."""
    shown = []
    monkeypatch.setattr("helpers.notebook_curve.show_in_place", draw(shown))
    drawing = 0.0
    curve = NotebookCurve(475, greedy=False)
    started = time.process_time()
    records: list[dict[str, float]] = []
    while len(shown) < 3:  # it is drawn again and again
        spend(0.002)  # one short episode
        records.append({"score": float(len(records))})
        before = time.process_time()
        curve.draw(records)
        drawing += time.process_time() - before
    before = time.process_time()
    curve.close(records)
    drawing += time.process_time() - before
    assert len(shown) == 4
    assert time.process_time() - started < 15, "often enough to be watched"
    assert drawing <= 0.1 * (time.process_time() - started - drawing)


def draw(shown: list[int]) -> Any:
    """In the place of a notebook: encodes the picture as it does."""

    def show(figure: Any, handle: object, dpi: int) -> object:
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dpi)
        shown.append(len(base64.b64encode(buffer.getvalue())))
        return handle

    return show


def spend(seconds: float) -> None:
    """Compute for so many seconds of processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
