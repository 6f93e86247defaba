import numpy as np
import pytest

from helpers import AbstractAgent, Training, train_agent
from helpers.checkpoints import Checkpoints


class Switch:
    """A network of one number: above zero the agent balances, else it pushes right."""

    def __init__(self, value):
        self.value = np.array([value])

    def get_weights(self):
        return [self.value]

    def set_weights(self, weights):
        self.value = np.array(weights[0])


class Switched(AbstractAgent):
    def __init__(self, value=1.0):
        self.net = Switch(value)
        self.steps = 0

    def act(self, observation, explore=True):
        if self.net.value[0] > 0:
            return (3 * observation[:, 2] + observation[:, 3] + 0.1 * observation[:, 0] > 0) * 1
        return np.ones(len(observation), dtype=int)


class Forgetful(Switched):
    """Can do it once, and loses it again, as deep Q agents do."""

    def train(self, transition):
        self.steps += 1
        good = 500 <= self.steps < 1200
        self.net.value = np.array([1.0 if good else -1.0])


def test_a_test_every_so_many_steps():
    checkpoints = Checkpoints("CartPole-v1", every=100, seed=1)

    for steps in range(0, 350, 10):
        checkpoints.passed_twice(Switched(-1.0), steps)

    assert checkpoints.steps == [100, 200, 300]


def test_one_good_test_is_not_enough():
    checkpoints = Checkpoints("CartPole-v1", every=1, seed=1)

    assert not checkpoints.passed_twice(Switched(1.0), 1)
    assert not checkpoints.passed_twice(Switched(-1.0), 2)
    assert not checkpoints.passed_twice(Switched(1.0), 3)
    assert checkpoints.passed_twice(Switched(1.0), 4)


def test_the_best_weights_come_back():
    agent = Forgetful(-1.0)

    train_agent(
        agent,
        training=Training(
            episodes=500, max_steps=3_000, checkpoint_every=600, seed=1, progress=False
        ),
    )

    assert agent.steps > 1200
    assert agent.net.value[0] == 1.0


def test_training_stops_after_two_good_tests():
    statistics = train_agent(
        Switched(1.0),
        training=Training(episodes=500, checkpoint_every=600, seed=1, progress=False),
    )

    assert sum(record["steps"] for record in statistics) <= 1_500


@pytest.mark.parametrize(
    ("environment", "goal"), [("CartPole-v1", 495), ("helpers/ShortCartPole-v0", 199)]
)
def test_its_goal_lies_well_above_the_threshold(environment, goal):
    assert Checkpoints(environment, every=1).goal == pytest.approx(goal)
