"""actor_critic: REINFORCE with a learned baseline (Sutton & Barto 2018, section 13.4)."""

from __future__ import annotations

from autograder.agents.decider import Network
from autograder.agents.learning_check import RandomRewardTest
from autograder.agents.rule import AgentRule
from autograder.units.actor_critic.act import ActWithValuesTask
from autograder.units.actor_critic.advantage import AdvantageTask
from autograder.units.actor_critic.first_agent import FirstActorCriticTask
from autograder.units.actor_critic.losses import LossesTask
from autograder.units.actor_critic.network import ForwardTask, probabilities_of_net
from autograder.units.actor_critic.questions import DIAGNOSIS, EXPERIMENT
from autograder.units.actor_critic.save import SaveOneTask
from autograder.units.actor_critic.update import AGENT, UpdateTask
from autograder.units.shared.cart_pole import CART_POLE
from autograder.units.unit import Unit
from helpers.training import Training

UNIT = Unit(
    name="actor_critic",
    title="An actor and its critic",
    about="a critic that learns what “better than usual” means",
    assignment="3_actor_critic",
    framework="torch",
    tasks=(
        ForwardTask("actor_critic/forward"),
        ActWithValuesTask("actor_critic/act"),
        AdvantageTask("actor_critic/advantage"),
        LossesTask("actor_critic/losses"),
        FirstActorCriticTask("actor_critic/first_agent"),
        UpdateTask("actor_critic/update"),
        EXPERIMENT,
        SaveOneTask("actor_critic/save", AGENT),
        DIAGNOSIS,
    ),
    agent=AgentRule(
        points=3,
        world=CART_POLE,
        training=Training(
            episodes=2_500, environments=64, max_steps=600_000, checkpoint_every=16_000
        ),
        threshold=475.0,
        decider=Network(probabilities_of_net),
        learning_test=RandomRewardTest(),
        learns_in=("update",),
    ),
)
