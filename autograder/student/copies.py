"""The grader's own copy of an agent's network, for the greedy tests of a training.

A test takes 500 steps, and asking the sandbox for each costs as much as the steps themselves. A
copy costs three questions. Tests decide when a training stops and which weights it keeps, no more:
the score is that of the agent itself. (An agent that draws numbers even where it does not explore
finds others afterwards than without a sandbox; that is chance, as another seed would be.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from autograder.student.interface import StudentError, StudentObject
from autograder.student.remote import RemoteAgent, RemoteStudent
from helpers.agents import Transition

#: Random observations on which a copy must say what the network says.
PROBED = 64
#: A larger network is asked over the pipe: its owner pays for what it computes, not the grader.
MAX_PARAMETERS = 100_000
MAX_LAYERS = 6


def _relu(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0)


ACTIVATIONS: tuple[Callable[[np.ndarray], np.ndarray], ...] = (_relu, np.tanh)


@dataclass(frozen=True)
class DenseNetwork:
    """Dense layers, one after the other, with the same activation between them."""

    layers: tuple[tuple[np.ndarray, np.ndarray], ...]  # weights (in, out), biases (out,)
    activation: Callable[[np.ndarray], np.ndarray]

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        """What the last layer says, (n, width) to (n, n_actions)."""
        hidden = observation
        for weight, bias in self.layers[:-1]:
            hidden = self.activation(hidden @ weight + bias)
        weight, bias = self.layers[-1]
        return hidden @ weight + bias


def candidates(
    weights: list[np.ndarray], width: int, n_actions: int, outputs_first: bool
) -> list[DenseNetwork]:
    """The networks that may have these weights.

    weights: as the network lists them, each layer's biases after its weights.
    outputs_first: PyTorch's order in a matrix.
    """
    pairs = list(zip(weights[::2], weights[1::2], strict=False))
    if len(weights) != 2 * len(pairs) or len(pairs) > MAX_LAYERS:
        return []
    if sum(weight.size for weight in weights) > MAX_PARAMETERS:
        return []
    if any(weight.ndim != 2 or bias.ndim != 1 for weight, bias in pairs):
        return []
    layers = [(weight.T if outputs_first else weight, bias) for weight, bias in pairs]
    return [
        DenseNetwork(chain, activation)
        for length in range(len(layers), 0, -1)  # a critic's head leads to no action
        for chain in combinations(layers, length)
        if _leads(chain, width, n_actions)
        for activation in ACTIVATIONS
    ]


def _leads(chain: tuple[tuple[np.ndarray, np.ndarray], ...], width: int, n_actions: int) -> bool:
    """Whether each layer takes what the one before says, from observation to values."""
    sizes = [width, *(len(bias) for _, bias in chain)]
    return sizes[-1] == n_actions and [weight.shape for weight, _ in chain] == [*pairwise(sizes)]


def which_says(
    networks: list[DenseNetwork], observation: np.ndarray, values: np.ndarray
) -> DenseNetwork | None:
    """The first network that says these values of the observations, or has them as softmax.

    observation: (n, width); values: (n, n_actions).
    """
    with np.errstate(all="ignore"):  # whatever the weights are
        for network in networks:
            said = network(observation)
            if any(np.allclose(values, found, 1e-3, 1e-5) for found in (said, _softmax(said))):
                return network
    return None


def _softmax(values: np.ndarray) -> np.ndarray:
    exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


class AgentTestedByCopy(RemoteAgent):
    """A student's agent while it trains: what is greedy is asked of a copy, if there can be one."""

    def __init__(
        self,
        student: RemoteStudent,
        agent: StudentObject,
        n_actions: int,
        values: Callable[[np.ndarray], object],
    ) -> None:
        """values: what the agent's network says now, (n, width) to (n, n_actions)."""
        super().__init__(student, agent, n_actions)
        self._values = values
        self._copy: DenseNetwork | None = None
        self._is_new = True  # nothing was trained since the network was copied, or could not be

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """The student's actions, or its copy's, (n, width) to (n,) int64."""
        if explore:
            return super().act(observation)
        if self._is_new:
            self._is_new = False
            self._copy = self._copied(observation.shape[1])
        if self._copy is None:
            return super().act(observation, explore=False)
        return self._copy(observation).argmax(axis=1)

    def _copied(self, width: int) -> DenseNetwork | None:
        """A copy that says what the network says, and does what the agent does."""
        probe = np.random.default_rng(0).normal(size=(PROBED, width)).astype(np.float32)
        outputs_first = self.student.framework == "torch"
        networks = candidates(self.get_weights(), width, self.n_actions, outputs_first)
        if not networks:
            return None  # and is not asked: layers of other kinds may change when they are
        try:
            values = self._values(probe)
        except StudentError:
            return None  # whoever asks for the network's values later says what is wrong
        if not isinstance(values, np.ndarray) or values.shape != (PROBED, self.n_actions):
            return None
        network = which_says(networks, probe, values)
        chosen = super().act(probe, explore=False)
        best = values[np.arange(PROBED), chosen] >= values.max(axis=1) - 1e-5
        return network if np.all(best) else None

    def train(self, transition: Transition) -> None:
        """Learn from a step; after it, the network is another one."""
        super().train(transition)
        self._is_new = True
