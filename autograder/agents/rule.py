"""The rule by which a trained agent is judged: how it is trained, and what it must reach."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.agents.learning_check import LearningTest
from autograder.agents.spec import AgentSpec
from helpers.training import Training


@dataclass(frozen=True, kw_only=True)
class AgentRule(AgentSpec):
    """How a fresh agent of the student's is trained and scored by the grader.

    training: its budget.
    threshold: the mean score to reach, greedily, over `episodes` fresh episodes.
    learning_test: for agents that reached the threshold, because a search for good weights reaches
    it, too; None: there is no such test.
    learns_in: the short names of the tasks that make it learn: its points count only if each of
    these has earned points, so that no agent is paid which learns in no part that was asked for.
    trainings: the most that are tried, each with its own seed and disguise; a pass ends them.
    processor_seconds: limit of one training.
    """

    points: float
    training: Training
    threshold: float
    learning_test: LearningTest | None = None
    learns_in: tuple[str, ...] = ()
    episodes: int = 100
    trainings: int = 3
    processor_seconds: float = 60.0

    @property
    def scored_episodes(self) -> int:
        """How many episodes are played: one where all of them would be the same."""
        return self.world.world.different_episodes(self.episodes)


@dataclass(frozen=True)
class PlayedRule:
    """What a unit shows that trains no agent: its rule of thumb, played by its own loop.

    environment: its id. loop, rule: the student's functions. threshold: the mean score to reach.
    """

    threshold: float
    environment: str
    loop: str = "play_episode"
    rule: str = "rule"
    episodes: int = 100
