"""The grader's own copy of an agent's network, for the greedy tests of a training.

A test takes 500 steps, and asking the sandbox for each costs as much as the steps themselves. A
copy costs three questions. Tests decide when a training stops and which weights it keeps, no more:
the score is that of the agent itself. Copies are made without a sandbox, too, so that a check in
the notebook and a calibration train as the grader does. (An agent that draws numbers even where it
does not explore finds others in the notebook's own training; that is chance, as another seed is.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from autograder.agents.greedy_check import PROBED, PolicyIgnoresNetwork, expect_greedy
from autograder.agents.rule import AgentRule
from autograder.checks.expect import CheckFailed
from autograder.units.shared.networks import MOST_LAYERS, Linear, layers_of, relu, softmax, through
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.agents import AbstractAgent, Transition

#: A larger network is asked itself: its owner pays for what it computes, not the grader.
MAX_PARAMETERS = 100_000
ACTIVATIONS: tuple[Callable[[np.ndarray], np.ndarray], ...] = (relu, np.tanh)


@dataclass(frozen=True)
class DenseNetwork:
    """Linear layers, one after the other, with the same activation between them."""

    layers: list[Linear]
    activation: Callable[[np.ndarray], np.ndarray]

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        """What the last layer says, (n, width) to (n, n_actions)."""
        return through(self.layers, observation, self.activation)


def candidates(
    weights: list[np.ndarray], framework: str | None, width: int, n_actions: int
) -> list[DenseNetwork]:
    """The networks that may have these weights, as `AbstractAgent.get_weights` lists them."""
    if sum(weight.size for weight in weights) > MAX_PARAMETERS:
        return []
    try:
        layers = layers_of(weights, framework)
    except CheckFailed:
        return []
    if len(layers) > MOST_LAYERS:
        return []
    return [
        DenseNetwork(list(chain), activation)
        for length in range(len(layers), 0, -1)  # a critic's head leads to no action
        for chain in combinations(layers, length)
        if _leads(chain, width, n_actions)
        for activation in ACTIVATIONS
    ]


def _leads(chain: tuple[Linear, ...], width: int, n_actions: int) -> bool:
    """Whether each layer takes what the one before says, from observation to values."""
    sizes = [width, *(len(layer.bias) for layer in chain)]
    shapes = [layer.weight.shape for layer in chain]
    return sizes[-1] == n_actions and shapes == list(pairwise(sizes))


def which_says(
    networks: list[DenseNetwork], observation: np.ndarray, values: np.ndarray
) -> DenseNetwork | None:
    """The first network that says these values of the observations, or has them as softmax.

    observation: (n, width); values: (n, n_actions).
    """
    with np.errstate(all="ignore"):  # whatever the weights are
        for network in networks:
            said = network(observation)
            if any(np.allclose(values, found, 1e-3, 1e-5) for found in (said, softmax(said))):
                return network
    return None


class AgentTestedByCopy(AbstractAgent):
    """A student's agent while it trains: what is greedy is asked of a copy, if there can be one."""

    def __init__(
        self,
        rule: AgentRule,
        student: Student,
        made: StudentObject,
        agent: AbstractAgent,
        n_actions: int,
    ) -> None:
        """agent: the training loop's view of what the student's code has made."""
        self.agent = agent
        self._rule, self._student, self._made = rule, student, made
        self._n_actions = n_actions
        self._copy: DenseNetwork | None = None
        self._is_new = True  # nothing was trained since the network was copied, or could not be

    def start_episode(self, observation: np.ndarray) -> None:
        """The student's agent gets ready for a new batch of episodes."""
        self.agent.start_episode(observation)

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """The student's actions, or its copy's, (n, width) to (n,) int64."""
        if explore:
            return self.agent.act(observation)
        if self._is_new:
            self._is_new = False
            self._copy = self._copied(observation.shape[1])
        if self._copy is None:
            return self.agent.act(observation, explore=False)
        return self._copy(observation).argmax(axis=1)

    def train(self, transition: Transition) -> None:
        """Learn from a step; after it, the network is another one."""
        self.agent.train(transition)
        self._is_new = True

    def get_weights(self) -> list[np.ndarray]:
        """The student's own."""
        return self.agent.get_weights()

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Put the student's own back."""
        self.agent.set_weights(weights)
        self._is_new = True

    def _copied(self, width: int) -> DenseNetwork | None:
        """A copy that says what the network says, of an agent that does what its network says."""
        networks = candidates(self.get_weights(), self._student.framework, width, self._n_actions)
        if not networks:
            return None  # and is not asked: layers of other kinds may change when they are
        probe = np.random.default_rng(0).normal(size=(PROBED, width)).astype(np.float32)
        try:
            values = expect_greedy(self._rule, self._student, self._made, self.agent, probe)
        except (StudentError, PolicyIgnoresNetwork):
            return None  # said again, and reported, when the agent is scored
        if values.shape != (PROBED, self._n_actions):
            return None
        return which_says(networks, probe, values)
