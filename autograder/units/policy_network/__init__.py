"""policy_network: REINFORCE with a small policy network (Williams 1992)."""

from __future__ import annotations

from autograder.agents.learning_check import RandomRewardTest
from autograder.agents.rule import AgentRule
from autograder.units.policy_network.first_agent import FirstPolicyTask
from autograder.units.policy_network.forward import ForwardTask
from autograder.units.policy_network.questions import DIAGNOSIS, EXPERIMENT
from autograder.units.policy_network.update import AGENT, UpdateTask
from autograder.units.shared.cart_pole import CART_POLE
from autograder.units.shared.policies import ActTask
from autograder.units.shared.policy_loss import PolicyLossTask
from autograder.units.shared.returns import NormaliseTask, ReturnsTask
from autograder.units.shared.saving import SaveTask
from autograder.units.unit import Unit
from helpers.training import Training

UNIT = Unit(
    name="policy_network",
    title="A policy network",
    about="REINFORCE with a policy network",
    assignment="2_policy_network",
    framework="torch",
    tasks=(
        ForwardTask("policy_network/forward"),
        ActTask("policy_network/act"),
        ReturnsTask("policy_network/returns"),
        NormaliseTask("policy_network/normalise"),
        PolicyLossTask("policy_network/loss"),
        FirstPolicyTask("policy_network/first_agent"),
        UpdateTask("policy_network/update"),
        EXPERIMENT,
        SaveTask("policy_network/save", AGENT),
        DIAGNOSIS,
    ),
    agent=AgentRule(
        points=3,
        world=CART_POLE,
        training=Training(
            episodes=5_000, environments=64, max_steps=600_000, checkpoint_every=16_000
        ),
        threshold=475.0,
        learning_test=RandomRewardTest(),
        learns_in=("update",),
    ),
)
