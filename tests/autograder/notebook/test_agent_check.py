"""Checking a trained agent takes a while: the notebook shows that and how it goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder import check
from autograder.notebook import check as check_module
from autograder.rendering.palette import FAILED
from autograder.units import unit_named
from helpers import AbstractAgent


class Still(AbstractAgent):
    """Pushes to the left for ever, and says so."""

    net = None

    def act(self, observation, explore=True):
        print("left\n" * 30)
        return (0 * observation[:, 0]).astype(int)

    def train(self, transition):
        pass

    def get_weights(self):
        return []

    def set_weights(self, weights):
        pass


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The unit with trainings of a few episodes."""
    unit = unit_named("policy_network")
    assert unit.agent is not None
    training = replace(unit.agent.training, episodes=8, environments=4)
    rule = replace(unit.agent, training=training, trainings=2)
    shortened = replace(unit, agent=rule)
    monkeypatch.setattr(check_module, "unit_named", lambda name: shortened)


def test_each_training_shows_its_progress(short: None, capsys: pytest.CaptureFixture[str]) -> None:
    check("policy_network/agent", Still)
    captured = capsys.readouterr()
    assert "8/8" in captured.err
    assert captured.out.startswith("Training a fresh agent as the grader does, at most 2 times")
    assert captured.out.count("left\n") <= 20 and "lines printed by your code." in captured.out


KERNEL = """
from dataclasses import replace
from autograder import check, show_points, start_unit
start_unit("policy_network")
import torch
from autograder.notebook import check as check_module
from autograder.units import unit_named
from helpers import AbstractAgent

unit = unit_named("policy_network")
training = replace(unit.agent.training, episodes=8, environments=4)
shortened = replace(unit, agent=replace(unit.agent, training=training, trainings=2))
check_module.unit_named = lambda name: shortened

class Untrained(AbstractAgent):
    def __init__(self):
        self.net = torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Softmax(dim=-1))
    def act(self, observation, explore=True):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(dim=1).numpy()
    def train(self, transition):
        pass
"""


INTERRUPTED = """
class Interrupted(Untrained):
    def train(self, transition):
        raise KeyboardInterrupt
check("policy_network/agent", Interrupted)
"""


def run(folder: Path, *sources: str) -> list[list[Any]]:
    """Run cells in a new kernel in a folder; the outputs of each."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    resources = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What the cell of a check with two short trainings shows at its end."""
    return run(tmp_path_factory.mktemp("unit"), KERNEL, 'check("policy_network/agent", Untrained)')[
        1
    ]


def test_a_notebook_shows_a_bar_and_a_curve_for_each_training(cell: list[Any]) -> None:
    pages = [output["data"].get("text/html", "") for output in cell if "data" in output]
    assert sum("progressbar" in page for page in pages) == 2
    assert sum("image/png" in output.get("data", {}) for output in cell) == 2


def test_each_trainings_score_is_said_and_the_best_one_is_graded(cell: list[Any]) -> None:
    text = "".join(output.get("text", "") for output in cell)
    said = [float(score) for score in re.findall(r"Training \d: mean score ([0-9.]+);", text)]
    assert len(said) == 2
    assert f"(mean score {max(said)} over 100 episodes; 475 needed)" in str(cell[-1]["data"])
    assert "A worked example" in cell[-1]["data"]["text/html"]


def test_lines_that_say_what_is_being_done_are_gone_when_it_is_done(cell: list[Any]) -> None:
    shown = "".join(output.get("data", {}).get("text/html", "") for output in cell)
    assert "Testing the agent" not in shown and "Looking at" not in shown


def test_interrupting_it_ends_it_with_the_score_so_far_and_no_verdict(tmp_path: Path) -> None:
    _, outputs, points = run(tmp_path, KERNEL, INTERRUPTED, "print(repr(show_points()))")
    text = "".join(output.get("text", "") for output in outputs)
    report = outputs[-1]["data"]["text/html"]
    assert "Interrupted after 0 episodes." in text
    assert text.count("mean score") == 1, "and no other training begins"
    assert "You interrupted the training." in report and "Run the cell again" in report
    assert FAILED.colour not in report
    assert re.search("– agent +3, not checked yet", points[0]["text"])
