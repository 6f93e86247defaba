"""double_dqn_keras: Double DQN with a subclassed Keras model (van Hasselt et al. 2016)."""

from __future__ import annotations

from autograder.agents.learning_check import DelayedRewardTest
from autograder.agents.rule import AgentRule
from autograder.units.double_dqn_keras.memory import ReplayBufferTask
from autograder.units.double_dqn_keras.network import NetworkTask, deep_network
from autograder.units.double_dqn_keras.questions import DIAGNOSIS, EXPERIMENT
from autograder.units.double_dqn_keras.recorded import (
    RecordedDoubleTargetsTask,
    RecordedTargetsTask,
)
from autograder.units.double_dqn_keras.save import SaveTask
from autograder.units.double_dqn_keras.update import update
from autograder.units.shared.cart_pole import CART_POLE
from autograder.units.shared.exploration import EpsilonGreedyTask, LinearEpsilonTask
from autograder.units.shared.huber_loss import HuberLossTask
from autograder.units.shared.q_networks import network_like
from autograder.units.shared.replay import MemoryNames
from autograder.units.shared.target_network import CopyTask
from autograder.units.shared.wording import KERAS_TENSORS
from autograder.units.unit import Unit
from helpers.training import Training

NETWORK = network_like("DQN")

UNIT = Unit(
    name="double_dqn_keras",
    title="Double DQN",
    about="Double DQN, and how much plain DQN overestimates",
    assignment="6_double_dqn_keras",
    framework="tensorflow",
    tasks=(
        ReplayBufferTask("double_dqn_keras/memory", MemoryNames(cls="ReplayBuffer", push="add")),
        NetworkTask("double_dqn_keras/network"),
        LinearEpsilonTask("double_dqn_keras/epsilon"),
        EpsilonGreedyTask("double_dqn_keras/act", network=NETWORK),
        RecordedTargetsTask("double_dqn_keras/targets", network=NETWORK, wording=KERAS_TENSORS),
        RecordedDoubleTargetsTask(
            "double_dqn_keras/double_targets", network=NETWORK, wording=KERAS_TENSORS
        ),
        HuberLossTask("double_dqn_keras/loss", network=NETWORK, wording=KERAS_TENSORS),
        CopyTask("double_dqn_keras/copy", function="transfer_weights", network=deep_network),
        update,
        SaveTask("double_dqn_keras/save"),
        EXPERIMENT,
        DIAGNOSIS,
    ),
    agent=AgentRule(
        points=4,
        world=CART_POLE,
        training=Training(
            episodes=5_000, environments=64, max_steps=160_000, checkpoint_every=5_000
        ),
        threshold=475.0,
        learning_test=DelayedRewardTest(),
        learns_in=("update",),
        processor_seconds=150.0,  # 5 to 20 on an idle core; three times as many on a busy one
    ),
)
