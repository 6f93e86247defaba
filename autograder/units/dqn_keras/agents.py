"""What both agents of dqn_keras share: names of parts, network answers, explained assertions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from autograder.checks.expect import CheckFailed
from autograder.messages import Message
from autograder.units.shared.keras_networks import ones
from autograder.units.shared.q_agent import BATCH, GAMMA
from autograder.units.shared.q_parts import QParts
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor

#: Of an agent with small batches; none of the numbers is the notebook's.
SETTINGS = {
    "gamma": GAMMA,
    "reward_scale": 0.5,
    "batch_size": BATCH,
    "start_replay_step": BATCH,
    "replay_interval": 1,
    "target_interval": 6,
    "memory_size": 300,
}
NETWORKS = {"build_model": ("n_actions", "hidden_size", "alpha")}


def parts(agent: str) -> QParts:
    """The names of an agent's parts; agent: its class."""
    return QParts(
        agent=agent,
        networks=NETWORKS,
        memory="ReplayMemory",
        memory_attribute="memory",
        follow=("copy_weights", "target_net", "net"),
        learn="learn",
        learns_in="self.replay()",
        masked=True,
        tensor_targets=False,
    )


@contextmanager
def assertions_explained(advice: str, examine: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Where an assertion of the notebook fails, say what it is about. Raises CheckFailed.

    examine: raises CheckFailed, too, where the cause is known.
    """
    try:
        yield
    except StudentError as error:
        if error.kind != "AssertionError" or error.message:
            raise
        examine()
        raise CheckFailed(
            "assertion_failed",
            Message("An assertion fails, in {where}. {advice}", where=error.where, advice=advice),
        ) from None


def values_with_all_actions(
    student: Student, agent: StudentObject, observation: np.ndarray
) -> object:
    """What `agent.net` answers for each observation with a mask of ones: (n, 4) to (n, 2)."""
    return agent.call("net", [Tensor(observation), Tensor(ones(len(observation), 2))])
