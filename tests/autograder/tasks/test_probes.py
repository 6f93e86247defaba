"""The ladder of probes: its values are right, and each rung catches what it is there for."""

import numpy as np
import pytest

from autograder.judging import judge
from autograder.student.local import LocalStudent
from autograder.tasks.base import Task
from autograder.tasks.probes import LADDER, ProbedAgent, add_probe_checks

GAMMA = 0.5


class TableAgent:
    """Q-learning with a table: a row for each of the two observations, a column for each action."""

    lr, gamma, values_shape = 0.5, GAMMA, (2, 2)

    def __init__(self):
        self.values = np.zeros(self.values_shape)

    def start_episode(self, observation):
        pass

    def q(self, observation):
        return self.values[(observation[:, 0] > 0).astype(int)]

    def targets(self, transition):
        following = self.q(transition.next_observation).max(axis=1)
        return transition.reward + self.gamma * np.where(self.ends(transition), 0, following)

    def ends(self, transition):
        return transition.terminated

    def train(self, transition):
        for row, action, target in zip(
            (transition.observation[:, 0] > 0).astype(int),
            transition.action,
            self.targets(transition),
            strict=True,
        ):
            self.learn(row, action, target)

    def learn(self, row, action, target):
        self.values[row, action] += self.lr * (target - self.values[row, action])


class LearnsNothing(TableAgent):
    lr = 0.0


class NeverEnds(TableAgent):
    def ends(self, transition):
        return np.zeros(len(transition.action), dtype=bool)


class Blind(TableAgent):
    def q(self, observation):
        return self.values[np.zeros(len(observation), dtype=int)]

    def learn(self, row, action, target):
        super().learn(0, action, target)


class ShortSighted(TableAgent):
    gamma = 0.0


class Undiscounted(TableAgent):
    gamma = 1.0


class ForgetsTheNextObservation(TableAgent):
    def targets(self, transition):
        return super().targets(transition._replace(next_observation=transition.observation))


class ConfusesActions(TableAgent):
    def learn(self, row, action, target):
        super().learn(row, 0, target)
        super().learn(row, 1, target)


class SwapsActions(TableAgent):
    def learn(self, row, action, target):
        super().learn(row, 1 - action, target)


class AddsUp(TableAgent):
    """A value for each observation plus a value for each action: nothing that ties the two."""

    values_shape = (4,)

    def q(self, observation):
        seen = self.values[(observation[:, 0] > 0).astype(int)]
        return seen[:, None] + self.values[None, 2:]

    def learn(self, row, action, target):
        error = target - self.values[row] - self.values[2 + action]
        self.values[row] += 0.1 * error
        self.values[2 + action] += 0.1 * error


class TakesTruncationForTheEnd(TableAgent):
    def ends(self, transition):
        return transition.terminated | transition.truncated


def climb(agent, seed=3):
    """The checks of the ladder, asked of an agent."""
    task = Task("test/probes", needs=("Agent",))
    probed = ProbedAgent(
        make=lambda student, gamma: student.call("Agent"),
        values=lambda student, agent, observation: agent.call("q", observation),
        gamma=GAMMA,
    )
    add_probe_checks(task, probed)
    return judge(task, LocalStudent({"Agent": agent}, None), seed).checks


@pytest.mark.parametrize("probe", LADDER, ids=lambda probe: probe.check)
def test_the_known_values_solve_bellmans_equation(probe):
    observation, values = probe.values(GAMMA)
    for action in (0, 1):
        outcome = probe.step(observation, np.full(len(observation), action))
        for row in range(len(observation)):
            following = values[(observation == outcome.next_observation[row]).all(axis=1)]
            later = 0 if outcome.terminated[row] else GAMMA * following.max()
            assert values[row, action] == pytest.approx(outcome.reward[row] + later)


@pytest.mark.parametrize("probe", LADDER, ids=lambda probe: probe.check)
def test_every_observation_with_known_values_is_reached(probe):
    random = np.random.default_rng(1)
    seen = probe.start(random, 50)
    after = probe.step(seen, random.integers(2, size=50)).next_observation
    for observation in probe.values(GAMMA)[0]:
        assert (np.concatenate([seen, after]) == observation).all(axis=1).any()


@pytest.mark.parametrize("seed", range(5))
def test_a_right_agent_climbs_to_the_top(seed):
    assert all(check.passed for check in climb(TableAgent, seed))


@pytest.mark.parametrize(
    ("agent", "rung", "mistake"),
    [
        (LearnsNothing, 1, "cannot_learn_a_constant"),
        (NeverEnds, 1, "terminal_not_masked"),
        (Blind, 2, "observation_not_used"),
        (ShortSighted, 3, "nothing_comes_later"),
        (ForgetsTheNextObservation, 3, "nothing_comes_later"),
        (Undiscounted, 3, "not_discounted"),
        (ConfusesActions, 4, "action_not_used"),
        (SwapsActions, 4, "actions_swapped"),
        (AddsUp, 5, "observation_and_action_mixed_up"),
        (TakesTruncationForTheEnd, 6, "truncated_taken_for_terminated"),
    ],
)
def test_the_first_rung_that_fails_names_the_broken_part(agent, rung, mistake):
    checks = climb(agent)

    assert all(check.passed for check in checks[: rung - 1])
    assert not checks[rung - 1].passed
    assert checks[rung - 1].mistake == mistake


def test_probes_give_no_points():
    task = Task("test/probes", needs=())
    add_probe_checks(task, ProbedAgent(lambda *_: None, lambda *_: None))

    assert len(task.checks) == len(LADDER)
    assert task.points == 0
