"""Whether an agent that plays well has learned it: asked of fresh agents, in other circumstances.

Weights can also be found by trying, and a controller can find out the disguise while it seems to
be trained. Neither learns anything where the rewards are about something else.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from autograder.agents.candidate import Candidate
from autograder.agents.puzzle import Puzzle
from autograder.agents.rejection import DoesNotLearn, PolicyIgnoresNetwork
from autograder.messages import Message
from helpers.agents import AbstractAgent, Transition


class LearningTest(ABC):
    """A question to fresh agents: do you learn from rewards in the way that the unit teaches?

    Rewards come in the middle of an episode. So an agent that punishes falls, whatever they pay,
    still sees them, and returns that are normalised within each episode still show them.
    """

    @abstractmethod
    def expect_learning(self, candidate: Candidate, random: np.random.Generator) -> None:
        """Raise DoesNotLearn unless fresh agents like the candidate learn."""


@dataclass(frozen=True)
class RandomRewardTest(LearningTest):
    """A policy gradient makes actions that were rewarded at random likelier, punished ones rarer.

    Agents that do not look ahead fail, and those that find their weights in another way, by
    trying or by knowing better: rewards that mean nothing teach these nothing.

    agents: how many fresh ones. episodes: how many each plays in parallel, of three steps; half of
        them are rewarded, so that who makes all actions likelier, or all rarer, gains nothing.
    followed: what agents that follow their rewards exceed, on average.
        Measured on the references: 0.58 and 0.51, with standard deviations of 0.03; where they
        normalise the returns of each episode by themselves, 0.43 and 0.44, with 0.04; where a fall
        is rewarded with -100, 0.38 and 0.37; where they do not look ahead, or try weights at
        random: 0, with 0.05.
    """

    agents: int = 80
    episodes: int = 8
    followed: float = 0.2

    def expect_learning(self, candidate: Candidate, random: np.random.Generator) -> None:
        """Raise DoesNotLearn unless probabilities follow rewards that were drawn at random."""
        followed = np.mean([self._followed(candidate.fresh(), random) for _ in range(self.agents)])
        if not followed > self.followed:
            raise DoesNotLearn(
                Message(
                    "each of {agents} agents learned from {episodes} episodes of three steps, in "
                    "which only the second step gave a reward, +1 or -1 at random. If all first "
                    "actions became likelier before +1 and rarer before -1, that would be 1; the "
                    "opposite -1. On average it was {followed:.2f}, and more than {needed:g} is "
                    "needed",
                    agents=self.agents,
                    episodes=self.episodes,
                    followed=float(followed),
                    needed=self.followed,
                ),
                Message.joined(
                    Message(
                        "Look at the loss: does it weigh each action's log-probability with the "
                        "return that followed this very action?"
                    ),
                    Message(
                        "Look at the returns, too: an agent that changes its rewards (it punishes "
                        "a fall, for example), or scales the returns in a way of its own, may "
                        "learn well and still not learn this. Then use the rewards as they come."
                    ),
                ),
            )

    def _followed(self, candidate: Candidate, random: np.random.Generator) -> float:
        """How far a fresh agent's probabilities moved the way of the rewards: -1 to 1.

        Those of the first actions, rewarded a step later: a discounted return reaches back to them.
        All episodes end in the same place, so that what is learned there disturbs little.
        """
        agent, observations = candidate.agent, candidate.spec.world.observations
        rows = observations.draw(random, 2 * self.episodes + 1)
        first, second, last = np.split(rows, [self.episodes, 2 * self.episodes])
        last = np.repeat(last, self.episodes, axis=0)
        rewards = random.permutation(np.resize([-1.0, 1.0], self.episodes))
        before = _values(candidate, first)
        agent.start_episode(first)
        chosen = agent.act(first)
        _reward_a_step_later(agent, first, chosen, second, rewards, last)
        candidate.weights()  # waits until everything has been learned
        after = _values(candidate, first)
        likelihood = candidate.spec.decider.log_likelihood
        moved = likelihood(after, chosen) - likelihood(before, chosen)  # (episodes,)
        return float(np.sum(moved * rewards) / max(np.sum(np.abs(moved)), 1e-12))


@dataclass(frozen=True)
class DelayedRewardTest(LearningTest):
    """An agent learns a drawn rule whose reward comes a step later, whatever is done then.

    An episode has three steps, the last of which pays nothing. The second observation shows whether
    the first action was right. Only an agent that adds the value of the next observation learns
    that action. Others fail, and so do agents that find their weights in another way.

    episodes: how many are played in parallel.
    batches: how many of these the agent learns from before it is asked.
    rounds: how often that is done at most. The references reach 0.94 to 0.98 in the first round;
        agents that do not look ahead follow the rule in 0.4 to 0.6 of the cases, as guessing does.
    reward: what is won or lost. Between the cart pole's 1 for each step and its returns, up to
        100: agents that learn their rewards scaled by 0.01 notice it within one round, and slow
        ones that learn them as they are within four.
    asked: how many greedy actions are looked at. right: the part that must follow the rule.
    """

    episodes: int = 8
    batches: int = 200
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
        needed, right = math.ceil(self.right * self.asked), 0
        for _ in range(self.rounds):
            for _ in range(self.batches):
                self._teach(candidate, puzzle, random)
            chosen = world.actions.choice(candidate.greedy(others))
            right = int(np.sum(chosen == puzzle.right_choice(others)))
            if right >= needed:
                return
        raise DoesNotLearn(
            Message(
                "in episodes of three steps, only the second step gave a reward: {reward:+g} after "
                "a right first action, {punishment:+g} after a wrong one. After {episodes} of them "
                "the best action by the agent's values was right for {right} of {asked} first "
                "observations, and {needed} are needed",
                reward=self.reward,
                punishment=-self.reward,
                episodes=self.rounds * self.batches * self.episodes,
                right=right,
                asked=self.asked,
                needed=needed,
            ),
            Message.joined(
                Message(
                    "Look at the targets: does the value of the next observation count in them, "
                    "discounted, until an episode terminates?"
                ),
                Message(
                    "Look at the rewards, too: an agent that changes them (it punishes a fall, for "
                    "example) may learn well and still not learn this. Then use them as they come."
                ),
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
        second, last = puzzle.second(random, right), puzzle.last(random, self.episodes)
        _reward_a_step_later(agent, first, action, second, reward, last)


def _values(candidate: Candidate, observation: np.ndarray) -> np.ndarray:
    """The candidate's values, (n, ...) to (n, width), as many as there are actions."""
    values = candidate.values(observation)
    if values.shape[1] != candidate.spec.world.actions.width:
        attribute = candidate.spec.decider.attribute
        raise PolicyIgnoresNetwork(
            Message("`agent.{attribute}` does not give one value per action", attribute=attribute)
        )
    return values


def _reward_a_step_later(
    agent: AbstractAgent,
    first: np.ndarray,
    chosen: np.ndarray,
    second: np.ndarray,
    reward: np.ndarray,
    last: np.ndarray,
) -> None:
    """Train on episodes of three steps, of which only the second gives a reward."""
    nothing = np.zeros_like(reward)
    agent.train(_step(first, chosen, nothing, second, ends=False))
    agent.train(_step(second, agent.act(second), reward, last, ends=False))
    agent.train(_step(last, agent.act(last), nothing, last, ends=True))


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
