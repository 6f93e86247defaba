"""What a unit's agent is trained in: a world whose observations and actions can be disguised."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from gymnasium.vector import VectorEnv
from gymnasium.wrappers.vector import TransformAction, TransformObservation

from autograder.agents.disguise import FirstResetSeeded
from autograder.agents.spaces import ActionSpace, ObservationSpace, actions_of, observations_of
from autograder.worker.rows import StepFormat
from helpers.environments import World


@dataclass(frozen=True)
class GradedWorld:
    """A world, and of what kind its observations and actions are."""

    world: World
    observations: ObservationSpace
    actions: ActionSpace

    @classmethod
    def of(
        cls,
        environment: str | World,
        observations: ObservationSpace | None = None,
        actions: ActionSpace | None = None,
    ) -> GradedWorld:
        """The world of an environment; kinds that are not given are those of its spaces.

        Raises ValueError if a space is of a kind that the grader does not know.
        """
        world = World.of(environment)
        if observations is None or actions is None:
            environments = world.make(1)
            observations = observations or observations_of(environments.single_observation_space)
            actions = actions or actions_of(environments.single_action_space)
            environments.close()
        return cls(world, observations, actions)

    @property
    def steps(self) -> StepFormat:
        """The rows of which an agent's steps are made."""
        return StepFormat(self.observations.rows, self.actions.rows)

    def disguised(self, random: np.random.Generator) -> World:
        """The world in a disguise that is drawn; environments made of it are seeded, too."""
        show, perform = self.observations.disguise(random), self.actions.disguise(random)

        def wrap(environments: VectorEnv) -> VectorEnv:
            disguised = TransformAction(TransformObservation(environments, show), perform)
            return FirstResetSeeded(disguised, int(random.integers(2**31)))

        return replace(self.world, wrap=wrap)
