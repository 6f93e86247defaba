"""Probes: their values are right, and each of them catches what it is there for."""

import numpy as np
import pytest

from autograder.checks.judge import judge
from autograder.checks.task import Task
from autograder.units.shared.probes import (
    EPISODES,
    FEW_PROBES,
    PROBES,
    TRAININGS,
    ProbedAgent,
    add_probe_checks,
)
from autograder.worker.local import LocalStudent

GAMMA = 0.5
ALL_PROBES = (*PROBES, FEW_PROBES[0])


class TableAgent:
    """Q-learning with a table: a row for each of the two observations, a column for each action."""

    lr, gamma, values_shape = 0.5, GAMMA, (2, 2)
    settings = ()

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


class FarSighted(TableAgent):
    gamma = 0.8
    settings = (("gamma", 0.8),)


class FarSightedNeverEnds(FarSighted, NeverEnds):
    pass


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


class FarSightedTakesTruncationForTheEnd(FarSighted, TakesTruncationForTheEnd):
    pass


class Follows(TableAgent):
    """Right, and insists that each step begins where the one before has ended."""

    def start_episode(self, observation):
        assert self.ended_before
        self.place, self.ended_before = observation, False

    ended_before = True

    def train(self, transition):
        assert (transition.observation == self.place).all()
        assert transition.observation.shape == transition.next_observation.shape == (EPISODES, 4)
        assert (abs(transition.observation) == 1).all()
        assert np.ptp(transition.observation, axis=1).max() == 0
        assert transition.reward.shape == transition.action.shape == (EPISODES,)
        assert transition.observation.dtype == transition.reward.dtype == np.float32
        assert transition.terminated.dtype == transition.truncated.dtype == bool
        assert not (transition.terminated & transition.truncated).any()
        assert transition.episode.tolist() == list(range(EPISODES))
        self.place = transition.next_observation
        self.ended_before = (transition.terminated | transition.truncated).any()
        super().train(transition)


def probed_checks(agent, seed=3, probes=PROBES):
    """The checks of these probes, asked of an agent."""
    task = Task("test/probes", requires=("Agent",))
    probed = ProbedAgent(
        make=lambda student, gamma: student.call("Agent"),
        values=lambda student, agent, observation: agent.call("q", observation),
        **dict(agent.settings),
    )
    add_probe_checks(task, probed, probes)
    return judge(task, LocalStudent({"Agent": agent}, None), seed).checks


def asked(probe, answer):
    """The probe's check, asked of an agent that answers this instead of what it has learned."""
    task = Task("test/probes", requires=("Agent",))
    probed = ProbedAgent(
        make=lambda student, gamma: student.call("Agent"),
        values=lambda student, agent, observation: answer,
        rounds=0,
    )
    add_probe_checks(task, probed, (probe,))
    (check,) = judge(task, LocalStudent({"Agent": TableAgent}, None), 1).checks
    return check


@pytest.mark.parametrize("gamma", [GAMMA, 0.8])
@pytest.mark.parametrize("probe", ALL_PROBES, ids=lambda probe: probe.check)
def test_the_known_values_solve_bellmans_equation(probe, gamma):
    observation, values = probe.values(gamma)
    for action in (0, 1):
        outcome = probe.step(observation, np.full(len(observation), action))
        for row in range(len(observation)):
            following = values[(observation == outcome.next_observation[row]).all(axis=1)]
            later = 0 if outcome.terminated[row] else gamma * following.max()
            assert values[row, action] == pytest.approx(outcome.reward[row] + later)


@pytest.mark.parametrize("probe", ALL_PROBES, ids=lambda probe: probe.check)
def test_every_observation_with_known_values_is_reached(probe):
    random = np.random.default_rng(1)
    seen = probe.start(random, 50)
    after = probe.step(seen, random.integers(2, size=50)).next_observation
    for observation in probe.values(GAMMA)[0]:
        assert (np.concatenate([seen, after]) == observation).all(axis=1).any()


@pytest.mark.parametrize("probes", [PROBES, FEW_PROBES])
@pytest.mark.parametrize("seed", range(5))
def test_a_right_agent_passes_all_probes(seed, probes):
    assert all(check.passed for check in probed_checks(TableAgent, seed, probes))


@pytest.mark.parametrize("probes", [PROBES, FEW_PROBES])
@pytest.mark.parametrize("agent", [FarSighted, Follows])
def test_right_agents_of_other_kinds_pass_all_probes(agent, probes):
    assert all(check.passed for check in probed_checks(agent, probes=probes))


@pytest.mark.parametrize(
    ("agent", "number", "mistake"),
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
        (TakesTruncationForTheEnd, 6, "nothing_after_the_limit"),
    ],
)
def test_the_first_probe_that_fails_names_the_broken_part(agent, number, mistake):
    checks = probed_checks(agent)

    assert all(check.passed for check in checks[: number - 1])
    assert not checks[number - 1].passed
    assert checks[number - 1].mistake == mistake


@pytest.mark.parametrize(
    ("agent", "number", "mistake"),
    [
        (LearnsNothing, 1, "observation_and_action_mixed_up"),
        (NeverEnds, 1, "learns_other_values"),
        (Blind, 1, "learns_other_values"),
        (ShortSighted, 1, "nothing_comes_later"),
        (ForgetsTheNextObservation, 1, "nothing_comes_later"),
        (Undiscounted, 1, "not_discounted"),
        (ConfusesActions, 1, "learns_other_values"),
        (SwapsActions, 1, "actions_swapped"),
        (AddsUp, 1, "learns_other_values"),
        (TakesTruncationForTheEnd, 2, "nothing_after_the_limit"),
    ],
)
def test_two_probes_find_what_all_of_them_find(agent, number, mistake):
    checks = probed_checks(agent, probes=FEW_PROBES)

    assert all(check.passed for check in checks[: number - 1])
    assert checks[number - 1].mistake == mistake


@pytest.mark.parametrize(
    ("agent", "number", "said"),
    [
        (NeverEnds, 1, "yours goes to 2.0"),
        (FarSightedNeverEnds, 1, "yours goes to 5.0"),
        (TakesTruncationForTheEnd, 6, "Q should be 2.0, yours is 1,"),
        (FarSightedTakesTruncationForTheEnd, 6, "Q should be 5.0, yours is 1,"),
        (LearnsNothing, 1, "Yours are [[0., 0.]]."),
    ],
)
def test_the_message_says_which_value_was_learned(agent, number, said):
    assert said in probed_checks(agent)[number - 1].message


@pytest.mark.parametrize("probe", ALL_PROBES, ids=lambda probe: probe.check)
@pytest.mark.parametrize(("times", "passed"), [(0.85, True), (1.15, True), (0.55, False)])
def test_values_must_come_near_the_known_ones(probe, times, passed):
    assert asked(probe, times * probe.values(GAMMA)[1]).passed == passed


@pytest.mark.parametrize("off", [0.35, -0.35, 0.45, -0.45])
def test_a_value_of_one_may_be_off_by_two_fifths(off):
    check = asked(PROBES[0], np.ones((1, 2)) + off)

    assert check.passed == (abs(off) < 0.4)


@pytest.mark.parametrize(
    "answer",
    [np.ones((1, 3)), np.ones((2, 2)), np.ones(2), np.ones((1, 1)), np.ones((0, 2)), 1.0, None],
    ids=["three actions", "two rows", "flat", "one action", "no row", "a number", "nothing"],
)
def test_values_of_another_shape_are_told_the_right_one(answer):
    check = asked(PROBES[0], answer)

    assert check.mistake == "cannot_learn_a_constant"
    assert "There should be (1, 2) values." in check.message


@pytest.mark.parametrize("rounds", [1, 7])
def test_an_agent_that_fails_is_trained_again_as_often_as_the_unit_wants(rounds):
    trained = []

    class Counts(TableAgent):
        def train(self, transition):
            trained.append(len(transition.action))

    task = Task("test/probes", requires=("Agent",))
    probed = ProbedAgent(
        make=lambda student, gamma: student.call("Agent"),
        values=lambda student, agent, observation: agent.call("q", observation),
        rounds=rounds,
    )
    add_probe_checks(task, probed, PROBES[:1])
    judge(task, LocalStudent({"Agent": Counts}, None), 1)

    assert trained == [EPISODES] * rounds * TRAININGS


@pytest.mark.parametrize(
    ("failing", "passes"), [(0, True), (TRAININGS - 1, True), (TRAININGS, False)]
)
def test_one_of_a_few_trainings_has_to_succeed(failing, passes):
    made = []

    class SometimesFails(TableAgent):
        def __init__(self, *settings):
            super().__init__(*settings)
            made.append(self)
            self.fails = len(made) <= failing

        def learn(self, row, action, target):
            super().learn(row, action, -target if self.fails else target)

    first, *_ = probed_checks(SometimesFails)
    assert first.passed is passes


def test_probes_give_no_points():
    task = Task("test/probes", requires=())
    add_probe_checks(task, ProbedAgent(lambda *_: None, lambda *_: None))

    assert len(task.checks) == len(PROBES)
    assert task.points == 0
