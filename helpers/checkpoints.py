"""Keep the best weights: deep Q agents reach the goal and lose it again."""

from __future__ import annotations

import numpy as np

from helpers.agents import AbstractAgent
from helpers.environments import EnvironmentFactory, make_environments, reward_threshold

#: Episodes of one greedy test, played side by side.
TEST_EPISODES = 50
#: The goal of a test lies so far on the way from the threshold to the longest possible score: who
#: just reaches the threshold in these episodes may miss it in the next.
MARGIN = 0.8


class Checkpoints:
    """Tests the agent greedily now and then, on environments of its own."""

    def __init__(
        self, environment: str | EnvironmentFactory, every: int, seed: int | None = None
    ) -> None:
        """every: steps between two tests."""
        self.environments = make_environments(environment, TEST_EPISODES)
        self.every = every
        self.seed = seed
        spec = self.environments.spec
        longest = spec.max_episode_steps if spec is not None else None
        threshold = reward_threshold(self.environments)
        self.goal = float("inf")
        if longest is not None and np.isfinite(threshold):
            self.goal = threshold + MARGIN * (longest - threshold)
        self._longest = np.inf if longest is None else longest
        self.scores: list[float] = []
        self.steps: list[int] = []
        self._best_score = -np.inf
        self._best_weights: list[np.ndarray] | None = None
        self._next_test = every
        self._tests = 0

    def passed(self, agent: AbstractAgent, steps: int) -> bool:
        """Test the agent if it is time; True when it reached the goal twice in a row.

        What is good once is tested again at once, on other episodes; the worse score counts.
        """
        if steps < self._next_test:
            return False
        self._next_test = steps + self.every
        score = self._test(agent)
        if score >= self.goal:
            score = min(score, self._test(agent))
        self.scores.append(score)
        self.steps.append(steps)
        if score >= self._best_score:
            self._best_score = score
            self._best_weights = agent.get_weights()
        return score >= self.goal

    def restore_best(self, agent: AbstractAgent) -> None:
        """Give the agent the weights of its best test back, if there was one."""
        if self._best_weights is not None:
            agent.set_weights(self._best_weights)
        self.environments.close()

    def _test(self, agent: AbstractAgent) -> float:
        """Mean score of the greedy agent; its `start_episode` and `train` are not called.

        A test that cannot come up to the best one any more ends there, with what it could have
        reached at most: no step of the course's environments is worth more than 1.
        """
        seed = None if self.seed is None else self.seed + 1_000_003 + self._tests
        self._tests += 1
        observation, _ = self.environments.reset(seed=seed)
        running = np.arange(TEST_EPISODES)
        actions = np.zeros(TEST_EPISODES, dtype=np.int64)
        total, steps = 0.0, 0
        while len(running):
            actions[running] = agent.act(observation[running], explore=False)
            observation, reward, terminated, truncated, _ = self.environments.step(actions)
            total += float(reward[running].sum())
            running = running[~(terminated | truncated)[running]]
            steps += 1
            possible = (total + len(running) * (self._longest - steps)) / TEST_EPISODES
            if possible < self._best_score:
                return float(possible)
        return total / TEST_EPISODES
