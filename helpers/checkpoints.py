"""Keep the best weights: deep Q agents reach the goal and lose it again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.agents import AbstractAgent
from helpers.environments import World, idle_actions

#: Episodes of one greedy test, played in parallel.
TEST_EPISODES = 50


@dataclass(frozen=True)
class GreedyTest:
    """A test without exploring: after how many steps and finished episodes, and its mean score.

    broken_off: it could not reach the best one any more; the score is the most it could have had.
    """

    steps: int
    episodes: int
    score: float
    broken_off: bool = False


class Checkpoints:
    """Tests the agent greedily now and then, on environments of its own."""

    def __init__(self, environment: str | World, every: int, seed: int | None = None) -> None:
        """every: steps between two tests."""
        world = World.of(environment)
        self.episodes = world.different_episodes(TEST_EPISODES)
        self.environments = world.make(self.episodes)
        self.every = every
        self.seed = seed
        self.goal = world.goal
        self._time_limit = world.time_limit
        # A step that can only cost something pays 0 at best: the episode may end before it.
        self._best_reward = np.inf if world.best_reward is None else max(world.best_reward, 0.0)
        self.tests: list[GreedyTest] = []
        self._best_score = -np.inf
        self._best_weights: list[np.ndarray] | None = None
        self._next_test = every
        self._played = 0  # tests, the second ones included

    def test_if_due(self, agent: AbstractAgent, steps: int, episodes: int = 0) -> bool:
        """Test the agent if it is time; True when it reached the goal twice in a row.

        What is good once is tested again at once, on other episodes; the worse score counts.
        steps, episodes: how many were played and have ended so far.
        """
        if steps < self._next_test:
            return False
        self._next_test = steps + self.every
        score, broken_off = self._test(agent)
        if score >= self.goal:
            score, broken_off = min((score, broken_off), self._test(agent))
        self.tests.append(GreedyTest(steps, episodes, score, broken_off))
        if score >= self._best_score:
            self._best_score = score
            self._best_weights = agent.get_weights()
        return score >= self.goal

    def restore_best(self, agent: AbstractAgent) -> None:
        """Give the agent the weights of its best test back, if there was one."""
        if self._best_weights is not None:
            agent.set_weights(self._best_weights)
        self.environments.close()

    def _test(self, agent: AbstractAgent) -> tuple[float, bool]:
        """Mean score of the greedy agent; its `start_episode` and `train` are not called.

        And whether the test was broken off.

        Where the best reward of a step is known, a test that can no longer reach the best one
        ends there, with the most that it could have reached.
        """
        seed = None if self.seed is None else self.seed + 1_000_003 + self._played
        self._played += 1
        observation, _ = self.environments.reset(seed=seed)
        active = np.arange(self.episodes)
        actions = idle_actions(self.environments)
        total, steps = 0.0, 0
        while len(active):
            actions[active] = agent.act(observation[active], explore=False)
            observation, reward, terminated, truncated, _ = self.environments.step(actions)
            total += float(reward[active].sum())
            active = active[~(terminated | truncated)[active]]
            steps += 1
            to_come = len(active) * (self._time_limit - steps)
            possible = (total + (self._best_reward * to_come if to_come else 0)) / self.episodes
            if possible < self._best_score:
                return float(possible), len(active) > 0
        return total / self.episodes, False
