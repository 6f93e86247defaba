"""What a unit's agents are: how one is made, where it acts, and what decides its actions."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.agents.decider import Decider, Network
from autograder.agents.world import GradedWorld


@dataclass(frozen=True, kw_only=True)
class AgentSpec:
    """A unit's agents.

    world: where they are trained and scored. decider: a network or a table. factory: the student's
    function that makes one.
    """

    world: GradedWorld
    decider: Decider = field(default_factory=Network)
    factory: str = "make_agent"

    @property
    def environment(self) -> str:
        """The id of the environment."""
        return self.world.world.environment
