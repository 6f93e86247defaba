"""The settings of both agents of dqn_keras, and how their answers are read."""

from __future__ import annotations

import numpy as np

from autograder.units.shared.keras_networks import masked_network, ones
from autograder.units.shared.networks import observations
from autograder.units.shared.q_networks import QNetwork
from autograder.worker.interface import Student, StudentObject, Tensor
from helpers.agents import Transition

#: Transitions in a batch of an agent that learns a few times, and its discount.
BATCH, GAMMA = 8, 0.9
#: Batches between two copies to its target network, and turns between two batches.
INTERVAL, REPLAY_INTERVAL = 4, 3
#: Of an agent with small batches.
SETTINGS = {
    "gamma": GAMMA,
    "reward_scale": 1.0,
    "batch_size": BATCH,
    "start_replay_step": BATCH,
    "replay_interval": 1,
    "target_interval": INTERVAL,
    "memory_size": 200,
}


def values_with_all_actions(
    student: Student, agent: StudentObject, observation: np.ndarray
) -> object:
    """What `agent.net` answers for each observation with a mask of ones: (n, 4) to (n, 2)."""
    return agent.call("net", [Tensor(observation), Tensor(ones(len(observation), 2))])


def last_bias(network: StudentObject) -> np.ndarray:
    """The last layer's bias, (n_actions,)."""
    return list(network.parameters().values())[-1]


def for_targets(steps: Transition) -> tuple[np.ndarray, ...]:
    """The columns that targets are computed from."""
    return steps.reward, steps.next_observation, steps.terminated


def use_plain_descent(network: StudentObject) -> None:
    """With plain gradient descent and the rate 1 a bias moves by its gradient."""
    network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
    network.set("optimizer.learning_rate", 1.0)


def own_learn_is_right(student: Student, random: np.random.Generator) -> bool:
    """Whether the student's own `learn` moves the last bias of a network as it should."""
    q, x = QNetwork.draw(random, n_actions=2), observations(random, 2)
    network = masked_network(student, q.layers)
    use_plain_descent(network)
    action = np.array([0, 1])
    targets = q.values(x)[[0, 1], action] + 1.0
    student.call("learn", network, x, action, targets.astype(np.float32))
    return bool(np.allclose(last_bias(network) - q.layers[-1][1], 0.5, atol=1e-3))
