"""The cart poles in which the agents of several units are trained."""

from __future__ import annotations

from autograder.agents.spaces import BoxObservations, DiscreteActions
from autograder.agents.world import GradedWorld
from helpers.cartpole import CART_POLE as CART_POLE_ID
from helpers.cartpole import SHORT_CART_POLE as SHORT_CART_POLE_ID

#: Position, velocity, angle, angular velocity. A rule by hand needs angle and angular velocity: in
#: disguise, at least one of them stands elsewhere.
OBSERVATIONS = BoxObservations(4, scattered=(2, 3))
ACTIONS = DiscreteActions(2)

CART_POLE = GradedWorld.of(CART_POLE_ID, OBSERVATIONS, ACTIONS)
SHORT_CART_POLE = GradedWorld.of(SHORT_CART_POLE_ID, OBSERVATIONS, ACTIONS)
