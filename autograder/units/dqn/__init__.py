"""dqn: deep Q-learning with replay memory and target network, in PyTorch (Mnih et al. 2015)."""

from __future__ import annotations

from autograder.agents.learning_check import DelayedRewardTest
from autograder.agents.rule import AgentRule
from autograder.units.dqn.forward import ForwardTask
from autograder.units.dqn.questions import DIAGNOSIS, EXPERIMENT
from autograder.units.dqn.update import update
from autograder.units.shared.cart_pole import CART_POLE
from autograder.units.shared.exploration import EpsilonGreedyTask, ExponentialEpsilonTask
from autograder.units.shared.huber_loss import HuberLossTask
from autograder.units.shared.q_networks import network_like
from autograder.units.shared.replay import ReplayMemoryTask
from autograder.units.shared.target_network import SoftUpdateTask
from autograder.units.shared.td_targets import TargetsTask
from autograder.units.unit import Unit
from helpers.training import Training

NETWORK = network_like("DQN")

UNIT = Unit(
    name="dqn",
    title="Deep Q-learning",
    about="deep Q-learning with replay memory and target network",
    assignment="4_dqn",
    framework="torch",
    tasks=(
        ReplayMemoryTask("dqn/memory", as_tensors=True),
        ForwardTask("dqn/forward"),
        ExponentialEpsilonTask("dqn/epsilon"),
        EpsilonGreedyTask("dqn/act", network=NETWORK),
        TargetsTask("dqn/targets", network=NETWORK),
        HuberLossTask("dqn/loss", network=NETWORK),
        SoftUpdateTask("dqn/soft_update", network=NETWORK),
        update,
        EXPERIMENT,
        DIAGNOSIS,
    ),
    agent=AgentRule(
        points=4,
        world=CART_POLE,
        training=Training(
            episodes=5_000, environments=32, max_steps=160_000, checkpoint_every=2_500
        ),
        threshold=475.0,
        learning_test=DelayedRewardTest(),
        learns_in=("update",),
    ),
)
