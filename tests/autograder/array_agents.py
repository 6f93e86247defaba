"""Agents whose network is made of arrays, and short trainings of them."""

from dataclasses import replace

import numpy as np

from autograder.agents.evaluation import train_and_score
from autograder.agents.rule import AgentRule
from autograder.units.shared.cart_pole import CART_POLE
from autograder.worker.local import LocalStudent
from helpers import Training
from helpers.agents import AbstractAgent

RULE = AgentRule(
    points=6,
    training=Training(episodes=16, environments=16, checkpoint_every=2_000),
    threshold=475.0,
    world=CART_POLE,
    trainings=2,
)


class ArrayNet:
    """A linear network made of arrays; `says` is what it answers instead of its values."""

    says = None

    def __init__(self, *others):
        first = np.array([[1, -1], [2, -2], [3, -3], [4, -4]], np.float32)
        self.weights = [first, *others]

    def values(self, observation):
        return (observation @ self.weights[0]).astype(np.float64)

    def __call__(self, observation):
        values = self.values(observation)
        return values if self.says is None else self.says(values)

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


class Untrained(AbstractAgent):
    """An agent that learns nothing, but whose network decides."""

    net_class = ArrayNet

    def __init__(self):
        self.net = self.net_class()

    def act(self, observation, explore=True):
        return self.net.values(observation).argmax(axis=1)


def agent_with(net_class):
    return type("Agent", (Untrained,), {"net_class": net_class})


SHORT = replace(RULE, training=Training(episodes=4, environments=2), episodes=5)


def scored(make_agent, seed=1, student=LocalStudent, **changes):
    """One short training of an agent that such a function makes."""
    asked = student({"make_agent": make_agent}, None)
    rule = replace(SHORT, **changes)
    return train_and_score(rule, asked, seed)


def kept(agents, agent):
    """A function that makes such agents, and keeps them in the list."""

    def make_agent():
        agents.append(agent())
        return agents[-1]

    return make_agent
