"""Checking a trained agent takes a while: the notebook shows that and how it goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder import check
from autograder.notebook import check as check_module
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
