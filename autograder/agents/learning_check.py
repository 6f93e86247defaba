"""Whether an agent that plays well has learned it: asked of fresh agents, in other circumstances.

Weights can also be found by trying, and a controller can find out the disguise while it seems to
be trained. Neither learns anything where the rewards are about something else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from autograder.agents.candidate import Candidate
from autograder.agents.puzzle import Puzzle
from autograder.agents.rejection import DoesNotLearn, PolicyIgnoresNetwork
from autograder.messages import Message
from helpers.agents import Transition


class LearningTest(ABC):
    """A question to fresh agents: do you learn from rewards in the way that the unit teaches?"""

    @abstractmethod
    def expect_learning(self, candidate: Candidate, random: np.random.Generator) -> None:
        """Raise DoesNotLearn unless fresh agents like the candidate learn."""


@dataclass(frozen=True)
class RandomRewardTest(LearningTest):
    """A policy gradient makes actions that were rewarded at random likelier, punished ones rarer.

    Agents that do not look ahead fail, and those that find their weights in another way, by
    trying or by knowing better: rewards that mean nothing teach these nothing.

    agents: how many fresh ones. episodes: how many each plays in parallel, of two steps.
    followed: what agents that follow their rewards reach at least, on average.
        Measured on the references: 0.44 and 0.41, with standard deviations of 0.02 and 0.03; on
        agents that do not look ahead: 0, with 0.04.
    """

    agents: int = 64
    episodes: int = 16
    followed: float = 0.2

    def expect_learning(self, candidate: Candidate, random: np.random.Generator) -> None:
        """Raise DoesNotLearn unless probabilities follow rewards that were drawn at random."""
        followed = [self._followed(candidate.fresh(), random) for _ in range(self.agents)]
        if not np.mean(followed) > self.followed:
            raise DoesNotLearn(
                Message(
                    "actions that were rewarded do not become likelier, punished ones not rarer"
                ),
                Message(
                    "Look at the loss: does it weigh each action's log-probability with the "
                    "return that followed this very action?"
                ),
            )

    def _followed(self, candidate: Candidate, random: np.random.Generator) -> float:
        """How far a fresh agent's probabilities moved the way of the rewards: -1 to 1, about 0.4.

        Those of the first actions, rewarded a step later: a discounted return reaches back to them.
        """
        agent, observations = candidate.agent, candidate.spec.world.observations
        rows = observations.draw(random, 2 * self.episodes)
        first, second = rows[: self.episodes], rows[self.episodes :]
        rewards = random.choice([-1.0, 1.0], size=self.episodes)
        before = _values(candidate, first)
        agent.start_episode(first)
        chosen = agent.act(first)
        agent.train(_step(first, chosen, np.zeros_like(rewards), second, ends=False))
        agent.train(_step(second, agent.act(second), rewards, second, ends=True))
        candidate.weights()  # waits until everything has been learned
        after = _values(candidate, first)
        likelihood = candidate.spec.decider.log_likelihood
        moved = likelihood(after, chosen) - likelihood(before, chosen)  # (episodes,)
        return float(np.sum(moved * rewards) / max(np.sum(np.abs(moved)), 1e-12))


@dataclass(frozen=True)
class DelayedRewardTest(LearningTest):
    """An agent learns a drawn rule whose reward comes a step later, whatever is done then.

    The second observation of an episode shows whether the first action was right. Only an agent
    that adds the value of the next observation learns that action. Others fail, and so do agents
    that find their weights in another way.

    episodes: how many are played in parallel, of two steps.
    batches: how many of these the agent learns from before it is asked.
    rounds: how often that is done at most. The references reach 0.95 to 0.99 in the first round;
        agents that do not look ahead follow the rule in 0.4 to 0.6 of the cases, as guessing does.
    reward: what is won or lost. Between the cart pole's 1 for each step and its returns, up to
        100: agents that learn their rewards scaled by 0.01 notice it within one round, and slow
        ones that learn them as they are within four.
    asked: how many greedy actions are looked at. right: the part that must follow the rule.
    """

    episodes: int = 8
    batches: int = 300
    rounds: int = 4
    reward: float = 4.0
    asked: int = 500
    right: float = 0.95

    def expect_learning(self, candidate: Candidate, random: np.random.Generator) -> None:
        """Raise DoesNotLearn unless a fresh agent finds the rule."""
        candidate = candidate.fresh()
        world = candidate.spec.world
        puzzle = world.observations.puzzle(random, world.actions.choices)
        others = puzzle.first(random, self.asked)
        for _ in range(self.rounds):
            for _ in range(self.batches):
                self._teach(candidate, puzzle, random)
            chosen = world.actions.choice(candidate.greedy(others))
            if np.mean(chosen == puzzle.right_choice(others)) >= self.right:
                return
        raise DoesNotLearn(
            Message("an action that is rewarded a step later is not chosen more often"),
            Message(
                "Look at the targets: does the value of the next observation count in them, "
                "discounted, until an episode terminates?"
            ),
        )

    def _teach(self, candidate: Candidate, puzzle: Puzzle, random: np.random.Generator) -> None:
        """One batch of episodes."""
        agent, actions = candidate.agent, candidate.spec.world.actions
        first = puzzle.first(random, self.episodes)
        agent.start_episode(first)
        action = agent.act(first)
        right = actions.choice(action) == puzzle.right_choice(first)
        reward = self.reward * np.where(right, 1.0, -1.0)  # (episodes,)
        second = puzzle.second(random, right)
        agent.train(_step(first, action, np.zeros_like(reward), second, ends=False))
        agent.train(_step(second, agent.act(second), reward, second, ends=True))


def _values(candidate: Candidate, observation: np.ndarray) -> np.ndarray:
    """The candidate's values, (n, ...) to (n, width), as many as there are actions."""
    values = candidate.values(observation)
    if values.shape[1] != candidate.spec.world.actions.width:
        attribute = candidate.spec.decider.attribute
        raise PolicyIgnoresNetwork(
            Message("`agent.{attribute}` does not give one value per action", attribute=attribute)
        )
    return values


def _step(
    observation: np.ndarray,
    action: np.ndarray,
    reward: np.ndarray,
    next_observation: np.ndarray,
    ends: bool,
) -> Transition:
    """A step with which every episode ends, or none."""
    return Transition(
        observation=observation,
        action=action,
        reward=reward.astype(np.float32),
        next_observation=next_observation,
        terminated=np.full(len(action), ends),
        truncated=np.zeros(len(action), dtype=bool),
        episode=np.arange(len(action)),
    )
