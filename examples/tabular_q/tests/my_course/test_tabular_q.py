"""Right answers earn all points, with all random numbers; mistakes are called by their names."""

import numpy as np
import pytest

from autograder.checks.judge import judge
from autograder.units import unit_named
from autograder.worker.local import LocalStudent

UNIT = unit_named("tabular_q")


def q_table(n_states, n_actions):
    return np.zeros((n_states, n_actions))


def greedy(q, state):
    return np.argmax(q[state], axis=1)


def epsilon_greedy(q, state, epsilon):
    random = np.random.default_rng()
    explores = random.random(len(state)) < epsilon
    return np.where(explores, random.integers(q.shape[1], size=len(state)), greedy(q, state))


def td_target(q, reward, next_state, terminated, gamma):
    return np.where(terminated, reward, reward + gamma * q[next_state].max(axis=1))


def update(q, state, action, target, alpha):
    for s, a, y in zip(state, action, target, strict=True):
        q[s, a] += alpha * (y - q[s, a])


class QLearningAgent:
    def __init__(self, n_states, n_actions, gamma, alpha, epsilon):
        self.q = q_table(n_states, n_actions)
        self.gamma, self.alpha, self.epsilon = gamma, alpha, epsilon

    def act(self, observation, explore=True):
        return epsilon_greedy(self.q, observation, self.epsilon if explore else 0.0)

    def train(self, t):
        y = td_target(self.q, t.reward, t.next_observation, t.terminated, self.gamma)
        update(self.q, t.observation, t.action, y, self.alpha)


RIGHT = {
    answer.__name__: answer
    for answer in (q_table, greedy, epsilon_greedy, td_target, update, QLearningAgent)
}
POINTS = {"q_table": 2, "greedy": 2, "epsilon_greedy": 3, "td_target": 3, "update": 3}


def verdict(task, seed=1, **other):
    """The points of these answers, and the first mistake that is named, if any."""
    result = judge(UNIT.task(f"tabular_q/{task}"), LocalStudent(RIGHT | other, None), seed)
    mistakes = [check.mistake for check in result.checks if not check.passed]
    return result.points, mistakes[0] if mistakes else None


@pytest.mark.parametrize("seed", range(10))
def test_right_answers_earn_all_points(seed):
    for task, points in (POINTS | {"q_learning": 4}).items():
        assert verdict(task, seed) == (points, None), task


class NeverLearns(QLearningAgent):
    def train(self, t):
        pass


class OwnEpsilon(QLearningAgent):
    def act(self, observation, explore=True):
        return epsilon_greedy(self.q, observation, 0.1 if explore else 0.0)


@pytest.mark.parametrize(
    ("task", "answer", "points", "mistake"),
    [
        ("q_table", lambda n, k: np.zeros((k, n)), 0, "axes_swapped"),
        ("q_table", lambda n, k: np.zeros((n, k), int), 1, "whole_numbers"),
        ("greedy", lambda q, s: q[s].argmax(), 0, "wrong_shape"),
        ("greedy", lambda q, s: np.full(len(s), 4), 0, "no_such_action"),
        ("greedy", lambda q, s: np.zeros(len(s), int), 0, "not_greedy"),
        ("epsilon_greedy", lambda q, s, epsilon: greedy(q, s), 1, "never_explores"),
        ("td_target", lambda q, r, s, ends, gamma: r, 0, "wrong_target"),
        ("update", lambda q, s, a, y, alpha: q + 1, 0, "table_unchanged"),
        ("q_learning", NeverLearns, 2, "learns_nothing"),
        ("q_learning", OwnEpsilon, 3, "epsilon_ignored"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_a_mistake_has_a_name(task, answer, points, mistake, seed):
    name = UNIT.task(f"tabular_q/{task}").requires[0]
    assert verdict(task, seed, **{name: answer}) == (points, mistake)


def test_a_mistake_in_a_function_costs_the_agent_nothing():
    def without_end(q, reward, next_state, terminated, gamma):
        return reward + gamma * q[next_state].max(axis=1)

    assert verdict("td_target", td_target=without_end) == (0, "end_ignored")
    assert verdict("q_learning", td_target=without_end) == (4, None)
