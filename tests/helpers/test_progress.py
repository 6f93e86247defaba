"""The status of a training: green and full when it is solved, and still there when reopened."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import pytest

from helpers import Training, train_agent
from helpers.progress import TerminalBar, progress_bar, working_on
from tests.helpers.test_training import PushesRight

SETUP = """
from helpers import progress
def bar(total, done, reached):
    bar = progress.progress_bar(total)
    for number in range(done):
        bar.advance({"steps": number})
    if reached:
        bar.reach_goal()
        bar.say("Solved!")
    bar.close()
"""


def shown(outputs: list[Any]) -> str:
    """The bar as it stands in the cell at the end."""
    [page] = [output["data"]["text/html"] for output in outputs if "data" in output]
    return str(page)


def test_in_a_notebook_it_ends_full_and_green_when_the_goal_is_reached(run_cells: Any) -> None:
    solved, spent, stopped = run_cells(
        SETUP + "bar(2000, 31, True)", SETUP + "bar(31, 31, False)", SETUP + "bar(2000, 500, False)"
    )
    assert "width: 100.0%" in shown(solved) and "#009E73" in shown(solved)
    assert "31 episodes" in shown(solved) and "of 2000" not in shown(solved)
    assert "width: 100.0%" in shown(spent) and "#009E73" not in shown(spent)
    assert "width: 25.0%" in shown(stopped) and "500 of 2000 episodes" in shown(stopped)


def test_it_needs_no_widget_that_is_gone_when_the_notebook_is_opened_again(run_cells: Any) -> None:
    [outputs] = run_cells(SETUP + "bar(10, 3, True)")
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert kinds == {"text/html", "text/plain"}
    assert [output["text"] for output in outputs if "text" in output] == ["Solved!\n"]


def test_elsewhere_it_is_a_line_that_ends_full(capsys: pytest.CaptureFixture[str]) -> None:
    bar = progress_bar(2000)
    assert isinstance(bar, TerminalBar)
    for _ in range(31):
        bar.advance({"steps": 7})
    bar.reach_goal()
    bar.say("Solved!")
    bar.close()
    captured = capsys.readouterr()
    assert captured.out == "Solved!\n"
    assert "100%" in captured.err and "31/31" in captured.err and "steps=7" in captured.err


def test_without_progress_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    train_agent(PushesRight(), training=Training(episodes=3, progress=False, seed=1))
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_a_long_step_shows_signs_of_life(capsys: pytest.CaptureFixture[str]) -> None:
    bar = progress_bar(10)
    time.sleep(2.3)
    bar.close()
    lines = capsys.readouterr().err
    assert "[00:01<" in lines and "[00:02<" in lines


SLOW = """
import time
from IPython import get_ipython
from helpers.progress import progress_bar, working_on

drawn, publish = [], get_ipython().display_pub.publish
def note(data, *rest, **more):
    drawn.append(data["text/html"])
    return publish(data, *rest, **more)
get_ipython().display_pub.publish = note
"""
BAR = "bar = progress_bar(10)\ntime.sleep(2.3)\nbar.close()\nprint(*drawn, sep='\\n')"
LINE = "with working_on('Testing …'):\n    time.sleep(2.3)\nprint(*drawn, sep='\\n')"


def test_in_a_notebook_too_for_a_bar_and_for_a_line(run_cells: Any) -> None:
    _, bar, line = run_cells(SLOW, BAR, "drawn.clear()\n" + LINE)
    printed = [output["text"] for output in bar + line if "text" in output]
    for seconds in ("0 of 10 episodes, 1 s", "0 of 10 episodes, 2 s"):
        assert seconds in printed[0]
    assert "Testing … 1 s" in printed[1] and "Testing … 2 s" in printed[1]
    assert shown(line) == "", "and the line is gone"


def test_what_takes_no_second_shows_no_line(
    run_cells: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with working_on("Testing …"):
        pass
    assert capsys.readouterr().err == ""
    [outputs] = run_cells(
        "from helpers.progress import working_on\nwith working_on('T'):\n    pass"
    )
    assert outputs == []


@pytest.mark.parametrize("watched", [True, False])
def test_in_a_terminal_the_line_is_written_over_and_in_a_file_there_is_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, watched: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watched)
    with working_on("Testing …"):
        time.sleep(2.3)
    said = capsys.readouterr().err
    assert "Testing … 00:01" in said if watched else said == ""


def test_afterwards_nothing_is_drawn_any_more() -> None:
    before = threading.active_count()
    with working_on("Testing …"):
        pass
    progress_bar(3).close()
    assert threading.active_count() == before
