"""The trained agent's score, in an environment that the student's code never enters.

The grader trains a fresh agent with the course's own training loop, in a cart pole in disguise:
the four numbers of the observation change places and signs, and the actions change names. To a
learning agent nothing changes; a hand-written rule or weights brought along fail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import gymnasium as gym
import numpy as np
from gymnasium.vector import VectorEnv, VectorWrapper

from autograder.agents.greedy_check import expect_greedy_policy
from autograder.agents.greedy_copy import AgentTestedByCopy
from autograder.agents.learning_check import AgentProxy, expect_learning, sizes_of
from autograder.agents.rule import AgentRule
from autograder.results import EvaluationResult
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.environments import EnvironmentFactory, make_environments
from helpers.training import EpisodeStatistics, mean_score, play_episodes, train_agent

#: At most so many points of a learning curve are kept.
CURVE_POINTS = 200

OneTraining = Callable[[int], tuple[float, list[EpisodeStatistics]]]


@dataclass(frozen=True)
class Disguise:
    """A signed permutation of the observation and new names for the actions."""

    permutation: np.ndarray  # (width,) int64
    signs: np.ndarray  # (width,) float32, +1 or -1
    actions: np.ndarray  # (n_actions,) int64: what each of the agent's actions really does

    @classmethod
    def draw(cls, random: np.random.Generator, width: int, n_actions: int) -> Disguise:
        """Draw a disguise in which no number keeps its place.

        Of the cart pole's angle and angular velocity at least one leaves the places of the two:
        otherwise a rule for these places could be right by chance.
        """
        while True:
            permutation = random.permutation(width)
            if np.any(permutation == np.arange(width)):
                continue
            if width == 4 and set(permutation[2:]) == {2, 3}:
                continue
            signs = random.choice(np.array([-1, 1], dtype=np.float32), size=width)
            return cls(permutation, signs, random.permutation(n_actions))

    def wrap(self, environment: str, random: np.random.Generator) -> EnvironmentFactory:
        """Environments in this disguise, each seeded by the next number drawn."""
        return lambda n: _DisguisedEnv(
            make_environments(environment, n), self, int(random.integers(2**31))
        )


class _DisguisedEnv(VectorWrapper):
    """Environments whose observations and actions are in disguise; their first reset is seeded.

    So the training loop needs no seed, with which it would seed the student's code, too, where
    that runs in the same process: trained there or in the sandbox, an agent scores the same.
    """

    def __init__(self, env: VectorEnv, disguise: Disguise, seed: int) -> None:
        super().__init__(env)
        self.disguise = disguise
        self._first_seed: int | None = seed

    def reset(self, *, seed=None, options=None):  # type: ignore[no-untyped-def]
        seed, self._first_seed = self._first_seed if seed is None else seed, None
        observation, info = self.env.reset(seed=seed, options=options)
        return self._show(observation), info

    def step(self, actions):  # type: ignore[no-untyped-def]
        observation, *rest = self.env.step(self.disguise.actions[actions])
        return self._show(observation), *rest

    def _show(self, observation: np.ndarray) -> np.ndarray:
        return observation[:, self.disguise.permutation] * self.disguise.signs


def derived_seed(secret: bytes, *names: str) -> int:
    """A seed below 2**62 that only the holder of the secret knows; the same for everybody.

    So wide that nobody finds it by trying from what is drawn with it.
    """
    digest = hashlib.blake2b("\0".join(names).encode(), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big") % 2**62


def student_seed(seed: int) -> int:
    """The seed below 2**31 that the student's process is told.

    The grader's own, with which disguise and environments are drawn, cannot be found from it.
    """
    digest = hashlib.blake2b(b"told" + seed.to_bytes(8, "big"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 2**31


def evaluate(rule: AgentRule, train: OneTraining, seeds: tuple[int, ...]) -> EvaluationResult:
    """Train fresh agents until one reaches the threshold, at most one for each seed.

    train: one training with a seed (`train_and_score`); what it raises ends the evaluation.
    """
    scores: list[float] = []
    curves: list[list[EpisodeStatistics]] = []
    for seed in seeds:
        score, statistics = train(seed)
        scores.append(score)
        curves.append(statistics)
        if score >= rule.threshold:
            break
    best = int(np.argmax(scores))
    return EvaluationResult(
        episodes=rule.episodes,
        mean=scores[best],
        threshold=rule.threshold,
        seeds=seeds[: len(scores)],
        scores=tuple(scores),
        curve=_thinned([episode["score"] for episode in curves[best]]),
    )


def train_and_score(
    rule: AgentRule, student: Student, proxy: AgentProxy, seed: int
) -> tuple[float, list[EpisodeStatistics]]:
    """One training in disguise: the mean greedy score afterwards, and the training's episodes.

    proxy: makes the loop's view of the student's agent; the greedy tests of the training are
    played by a copy of it. Raises StudentError when the student's code raises,
    PolicyIgnoresNetwork when something else than the network chooses.
    """
    random = np.random.default_rng(seed)
    spec = gym.spec(rule.environment)
    width, n_actions = sizes_of(spec.id)
    disguised = Disguise.draw(random, width, n_actions).wrap(rule.environment, random)
    student.seed(student_seed(seed))
    made = student.call(rule.factory)
    if not isinstance(made, StudentObject):
        raise StudentError("TypeError", f"{rule.factory}() must return an agent, not {made!r:.80}")
    agent = proxy(made, n_actions)
    learner = AgentTestedByCopy(rule, student, made, agent, n_actions)
    statistics = train_agent(learner, disguised, replace(rule.training, progress=False))
    agent.get_weights()  # what is still to be learned is learned now
    expect_greedy_policy(rule, student, made, agent, random, width)
    played = play_episodes(agent, disguised, rule.episodes)
    score = mean_score(played)
    if score >= rule.threshold:
        expect_learning(rule, student, proxy, np.random.default_rng([seed, 1]))
    return score, statistics


def _thinned(scores: list[float]) -> tuple[float, ...]:
    step = max(1, -(-len(scores) // CURVE_POINTS))
    return tuple(float(np.mean(scores[i : i + step])) for i in range(0, len(scores), step))
