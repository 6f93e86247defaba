"""The trained agent's score, in an environment that the student's code never enters.

The grader trains a fresh agent with the course's own training loop, in a world in disguise:
observations and actions have other names, places and signs. To a learning agent nothing changes;
a hand-written rule or weights brought along fail.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import numpy as np

from autograder.agents.candidate import Candidate
from autograder.agents.greedy_check import expect_greedy_policy
from autograder.agents.greedy_copy import AgentTestedByCopy
from autograder.agents.rule import AgentRule
from autograder.agents.seeds import student_seed
from autograder.results import EvaluationResult
from autograder.worker.interface import Student
from helpers.batches import shuffled_in_batches, whole_batches
from helpers.training import (
    EpisodeStatistics,
    Training,
    mean_score,
    play_episodes,
    train_agent,
)

#: The most points of a learning curve that are kept.
CURVE_POINTS = 200

OneTraining = Callable[[int], tuple[float, list[EpisodeStatistics]]]


class Display:
    """What somebody sees of a training and of the tests after it; this one shows nothing."""

    def training(self, training: Training) -> Training:
        """The same training, with what shows how it goes on."""
        return replace(training, progress=False)

    def testing(self) -> AbstractContextManager[None]:
        """Entered while the trained agent is tested."""
        return nullcontext()


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
        episodes=rule.scored_episodes,
        mean=scores[best],
        threshold=rule.threshold,
        seeds=seeds[: len(scores)],
        scores=tuple(scores),
        curve=_thinned(
            [episode["score"] for episode in shuffled_in_batches(whole_batches(curves[best]))]
        ),
    )


def train_and_score(
    rule: AgentRule, student: Student, seed: int, display: Display | None = None
) -> tuple[float, list[EpisodeStatistics]]:
    """One training in disguise: the mean greedy score afterwards, and the training's episodes.

    The greedy tests of the training are played by a copy of the agent. display: what shows it; none
    shows nothing. Raises StudentError when the student's code raises, AgentRejected when the agent
    is not what the rule asks for.
    """
    display = display or Display()
    random = np.random.default_rng(seed)
    disguised = rule.world.disguised(random)
    student.seed(student_seed(seed))
    candidate = Candidate.make(rule, student)
    training = display.training(rule.training)
    statistics = train_agent(AgentTestedByCopy(candidate), disguised, training)
    with display.testing():
        candidate.weights()  # waits until everything has been learned
        expect_greedy_policy(candidate, random)
        played = play_episodes(candidate.agent, disguised, rule.scored_episodes)
        score = mean_score(played)
        if score >= rule.threshold:
            expect_learning(rule, candidate, np.random.default_rng([seed, 1]))
    return score, statistics


def expect_learning(rule: AgentRule, candidate: Candidate, random: np.random.Generator) -> None:
    """Raise DoesNotLearn unless fresh agents learn as the rule asks, if it asks."""
    if rule.learning_test is not None:
        rule.learning_test.expect_learning(candidate, random)


def _thinned(scores: list[float]) -> tuple[float, ...]:
    step = max(1, -(-len(scores) // CURVE_POINTS))
    return tuple(float(np.mean(scores[i : i + step])) for i in range(0, len(scores), step))
