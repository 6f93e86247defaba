"""actor_critic: REINFORCE with a learned baseline (Sutton & Barto 2018, section 13.4)."""

from __future__ import annotations

import numpy as np

from autograder.agents.decider import Network
from autograder.agents.learning_check import RandomRewardTest
from autograder.agents.rule import AgentRule
from autograder.checks.expect import expect, expect_close
from autograder.units.actor_critic.losses import advantage, losses
from autograder.units.actor_critic.network import forward, probabilities_of_net
from autograder.units.actor_critic.update import update
from autograder.units.shared.answers import choice_task
from autograder.units.shared.cart_pole import CART_POLE
from autograder.units.shared.networks import observations, relu
from autograder.units.shared.policies import ACTIONS_AND_LOG_PROBABILITIES, action_task
from autograder.units.shared.saving import save_task
from autograder.units.unit import Unit
from autograder.worker.interface import Student
from helpers.training import Training

FRAMEWORK = "torch"

act = action_task("actor_critic", (*ACTIONS_AND_LOG_PROBABILITIES, "values"))


@act.check("value_of_the_critic", points=1)
def value_of_the_critic(student: Student, random: np.random.Generator) -> None:
    hidden, policy, critic = (
        (random.normal(size=shape).astype(np.float32), np.full(shape[1], 0.1, np.float32))
        for shape in ((4, 8), (8, 2), (8, 1))
    )
    network = student.network([hidden, policy], softmax=True, critic=critic)
    observation = observations(random, 6)
    features = relu(observation @ hidden[0] + hidden[1])
    right = (features @ critic[0] + critic[1])[:, 0]
    found = student.gradients("choose_action", network, observation, network=network, output=2)
    expect_close(
        found.value,
        right,
        "wrong_value",
        "The third result should be the values, as the network answered them.",
    )
    expect(
        any(gradient is not None for gradient in found.parameters.values()),
        "value_cut_off",
        "The values no longer know the network: no_grad(), .detach(), .item() or numpy() cut them "
        "off, and the critic will never learn. They are detached later, in the advantage only.",
    )


UNIT = Unit(
    name="actor_critic",
    title="An actor and its critic",
    about="a critic that learns what “better than usual” means",
    assignment="3_actor_critic",
    framework=FRAMEWORK,
    tasks=(
        forward,
        act,
        advantage,
        losses,
        update,
        save_task("actor_critic", "ACPolicy", points=1),
        choice_task("actor_critic/diagnosis", digest="6dcabf5e5cfbb4af"),
    ),
    agent=AgentRule(
        points=6,
        world=CART_POLE,
        training=Training(
            episodes=2_500, environments=64, max_steps=600_000, checkpoint_every=16_000
        ),
        threshold=475.0,
        decider=Network(probabilities_of_net),
        learning_test=RandomRewardTest(),
    ),
)
