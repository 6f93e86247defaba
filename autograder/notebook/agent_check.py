"""The check of a trained agent: the grader's training, shown as it goes on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from autograder.agents.evaluation import Display, train_and_score
from autograder.agents.rule import AgentRule
from autograder.agents.verdict import (
    AgentVerdict,
    interrupted,
    judge_agent,
    not_learning,
    shown_score,
)
from autograder.checks import judge as judging
from autograder.checks.worked_example import WorkedExample
from autograder.notebook.report import CheckReport
from autograder.results import TaskResult
from autograder.units import Unit
from autograder.worker.local import LocalStudent
from helpers.printed import few_printed_lines
from helpers.progress import working_on
from helpers.training import EpisodeStatistics, Training

EXAMPLE = WorkedExample(
    """\
Three agents differ in their learning rate only. Their mean scores after 1,000 episodes:
  0.0001   24   25   23     flat: the steps are too small, or nothing reaches the weights
  0.003   180  310  460     rises and stays
  0.3     150   10   10     rises, then falls: the steps are too large
The middle one is right. Change one number at a time, by a factor of 3, and look again.
If the curve never rises, the cause is elsewhere: go back to the exercises.""",
    ("below_threshold",),
)


def check_agent(unit: Unit, rule: AgentRule, student: LocalStudent) -> CheckReport:
    """Train a fresh agent as the grader does, with seeds of the moment."""
    name = f"{unit.name}/agent"
    with working_on("Looking at the exercises that the agent learns with …"):
        verdict = not_learning(name, rule, _learning_tasks(unit, rule, student))
    if verdict is None:
        print(f"Training a fresh agent as the grader does, at most {rule.trainings} times …")
        verdict = _trained(name, rule, student)
    return CheckReport(verdict.task, verdict.evaluation, (EXAMPLE,))


def _trained(name: str, rule: AgentRule, student: LocalStudent) -> AgentVerdict:
    """The verdict after as many trainings as it takes; interrupting one ends them all."""
    seeds = tuple(secrets.randbits(31) for _ in range(rule.trainings))
    display = LiveDisplay(rule)

    def train(seed: int) -> tuple[float, list[EpisodeStatistics]]:
        with few_printed_lines():
            score, statistics = train_and_score(rule, student, seed, display)
        display.say(score)
        if display.is_interrupted:
            raise _Interrupted(score)
        return score, statistics

    try:
        return judge_agent(name, rule, train, seeds)
    except _Interrupted as stopped:
        return interrupted(name, rule, stopped.score)


class _Interrupted(Exception):
    """A training was interrupted; score: that of the agent as it was then."""

    def __init__(self, score: float) -> None:
        super().__init__(score)
        self.score = score


class LiveDisplay(Display):
    """A bar, a curve that grows, and the score, of each training."""

    def __init__(self, rule: AgentRule) -> None:
        self._rule = rule
        self._trainings = 0
        self.is_interrupted = False

    def training(self, training: Training) -> Training:
        """The training with its bar and, in a notebook, its curve."""
        self._trainings += 1
        return replace(training, progress=True, on_interrupt=self._note_interrupt)

    def testing(self) -> AbstractContextManager[None]:
        """A line that says so, with the seconds."""
        return working_on(f"Testing the agent in {self._rule.scored_episodes} episodes …")

    def say(self, score: float) -> None:
        """Print the score of the latest training."""
        threshold = self._rule.threshold
        shown = shown_score(score, threshold)
        print(f"Training {self._trainings}: mean score {shown}; {threshold:g} are needed.")

    def _note_interrupt(self) -> None:
        self.is_interrupted = True


def _learning_tasks(unit: Unit, rule: AgentRule, student: LocalStudent) -> Iterator[TaskResult]:
    """The results of the tasks that make the agent learn, where the notebook has their names."""
    for short in rule.learns_in:
        task = unit.task(f"{unit.name}/{short}")
        if all(name in student.namespace for name in task.requires):
            with few_printed_lines():
                yield judging.judge(task, student, secrets.randbits(31))
