"""The first agent of actor_critic: actor and critic learn from one episode at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.units.actor_critic.trial import Trial
from autograder.units.actor_critic.update import expect_both_heads, expect_share
from autograder.units.shared.agents import AgentKind
from autograder.units.shared.episode_agent import EpisodeAgent, expect_one_step
from autograder.units.shared.first_agent import FirstAgentTask, Lesson
from autograder.worker.interface import Scaled


@dataclass(frozen=True)
class ActorCriticLesson(Lesson):
    """An episode whose losses are linear in the log-probabilities and in the values."""

    agent: EpisodeAgent
    returns: np.ndarray
    trial: Trial

    @classmethod
    def prepare(
        cls, agent: EpisodeAgent, random: np.random.Generator, steps: int
    ) -> ActorCriticLesson:
        """Put the doubles of advantage and losses in place."""
        trial = Trial.prepare(agent, random, steps)
        return cls(agent, trial.returns, trial)

    def drawn(self, step: int) -> list[Scaled]:
        """The log-probability and the value."""
        return [
            self.agent.remembered(head, scales[step : step + 1])
            for head, scales in enumerate(self.trial.scales)
        ]

    @property
    def learned(self) -> int:
        """Calls of losses."""
        return int(self.trial.losses.get("count"))

    def expect_given(self) -> None:
        """What losses and advantage should be given, of all steps."""
        self.trial.expect_advantages()
        self.trial.expect_given("values", "returns")

    @property
    def expected(self) -> tuple[float, ...]:
        """One step for the sum of both losses."""
        return self.trial.expected

    def expect_step(self) -> None:
        """A step down the sum of both losses."""
        expect_one_step(self.agent, self.trial.moved())
        expect_both_heads(self.trial)
        for head in (0, 1):
            expect_share(self.trial, head)


class FirstActorCriticTask(FirstAgentTask):
    """`FirstActorCritic`: act remembers, train learns from the whole episode."""

    kind = AgentKind("FirstActorCritic", "ActorCriticNetwork", heads=2)

    def lesson(self, agent: EpisodeAgent, random: np.random.Generator, steps: int) -> Lesson:
        """An episode with this number of steps."""
        return ActorCriticLesson.prepare(agent, random, steps)
