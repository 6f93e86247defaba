"""dqn_keras: a Deep Q-Network in Keras, first without its two remedies (Mnih et al. 2015)."""

from __future__ import annotations

import numpy as np

from autograder.agents.decider import Network
from autograder.agents.learning_check import DelayedRewardTest
from autograder.agents.rule import AgentRule
from autograder.units.dqn_keras.agents import values_with_all_actions
from autograder.units.dqn_keras.fast_calls import ActTask, KerasTargetsTask
from autograder.units.dqn_keras.learn import LearnTask
from autograder.units.dqn_keras.model import ModelTask
from autograder.units.dqn_keras.naive import NaiveTask
from autograder.units.dqn_keras.questions import DIAGNOSIS, EXPERIMENT
from autograder.units.dqn_keras.update import update
from autograder.units.shared.cart_pole import SHORT_CART_POLE
from autograder.units.shared.exploration import LinearEpsilonTask
from autograder.units.shared.keras_networks import masked_network
from autograder.units.shared.replay import ReplayMemoryTask
from autograder.units.shared.target_network import CopyTask
from autograder.units.shared.wording import KERAS_ARRAYS
from autograder.units.unit import Unit
from helpers.training import Training

UNIT = Unit(
    name="dqn_keras",
    title="Deep Q-learning with Keras",
    about="the same in Keras, first without memory and target network, to see why they are needed",
    assignment="5_dqn_keras",
    framework="tensorflow",
    tasks=(
        ModelTask("dqn_keras/model"),
        LinearEpsilonTask("dqn_keras/epsilon"),
        ActTask("dqn_keras/act", network=masked_network),
        KerasTargetsTask(
            "dqn_keras/targets", network=masked_network, arrays=np.asarray, wording=KERAS_ARRAYS
        ),
        LearnTask("dqn_keras/learn"),
        NaiveTask("dqn_keras/naive"),
        ReplayMemoryTask("dqn_keras/memory"),
        CopyTask("dqn_keras/copy", network=masked_network),
        update,
        EXPERIMENT,
        DIAGNOSIS,
    ),
    agent=AgentRule(
        points=4,
        world=SHORT_CART_POLE,
        training=Training(
            episodes=5_000, environments=48, max_steps=160_000, checkpoint_every=4_000
        ),
        threshold=195.0,
        decider=Network(values_with_all_actions),
        learning_test=DelayedRewardTest(),
        learns_in=("update",),
        processor_seconds=150.0,  # 5 to 20 on an idle core; three times as many on a busy one
    ),
)
