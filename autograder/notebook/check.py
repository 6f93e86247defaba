"""The notebook's `check(...)`: the grader's questions, asked right here."""

from __future__ import annotations

import secrets
import sys
from collections import ChainMap
from collections.abc import Iterator
from typing import Any

from autograder.agents.evaluation import train_and_score
from autograder.agents.rule import AgentRule
from autograder.agents.verdict import judge_agent, not_learning
from autograder.checks import judge as judging
from autograder.course import CourseError
from autograder.notebook.points import points_of
from autograder.notebook.printed import few_printed_lines
from autograder.notebook.report import CheckReport
from autograder.results import TaskResult
from autograder.units import Unit, unit_named
from autograder.worker.local import LocalStudent
from helpers.training import EpisodeStatistics


def check_and_note(name: str, answers: tuple[object, ...]) -> CheckReport:
    """Check one task and remember its points. Raises CourseError as `check_answers` does."""
    report = check_answers(name, answers)
    points_of(unit_named(name.split("/", maxsplit=1)[0])).note(report.result)
    return report


def check_answers(name: str, answers: tuple[object, ...]) -> CheckReport:
    """Check one task with the given classes and functions of the student's.

    Raises CourseError if there is no such task, or if other answers are expected.
    """
    unit = unit_named(name.split("/", maxsplit=1)[0])
    if unit.agent is not None and name == f"{unit.name}/agent":
        return _check_agent(unit, unit.agent, _student(unit, (unit.agent.factory,), answers))
    task = unit.task(name)
    student = _student(unit, task.requires, answers)
    # The grader draws other numbers each time, too: a right answer is right for all of them.
    with few_printed_lines():
        result = judging.judge(task, student, secrets.randbits(31))
    return CheckReport(result, examples=task.examples)


def _student(unit: Unit, requires: tuple[str, ...], answers: tuple[object, ...]) -> LocalStudent:
    if len(answers) != len(requires):
        raise CourseError(f"Call it with {', '.join(requires)} after the name of the task.")
    namespace = ChainMap(dict(zip(requires, answers, strict=True)), _notebook_namespace())
    return LocalStudent(namespace, unit.framework)


def _notebook_namespace() -> dict[str, Any]:
    """What the notebook's cells have defined so far."""
    if "IPython" in sys.modules:
        shell = sys.modules["IPython"].get_ipython()
        if shell is not None:
            return shell.user_ns
    return {}


def _check_agent(unit: Unit, rule: AgentRule, student: LocalStudent) -> CheckReport:
    """Train a fresh agent as the grader does, with seeds of the moment."""
    name = f"{unit.name}/agent"
    verdict = not_learning(name, rule, _learning_tasks(unit, rule, student))
    if verdict is not None:
        return CheckReport(verdict.task, verdict.evaluation)
    seeds = tuple(secrets.randbits(31) for _ in range(rule.trainings))
    print(f"Training a fresh agent as the grader does, at most {rule.trainings} times …")

    def train(seed: int) -> tuple[float, list[EpisodeStatistics]]:
        with few_printed_lines():
            score, statistics = train_and_score(rule, student, seed, progress=True)
        number = seeds.index(seed) + 1
        print(f"Training {number}: mean score {score:.4g}; {rule.threshold:g} are needed.")
        return score, statistics

    verdict = judge_agent(name, rule, train, seeds)
    return CheckReport(verdict.task, verdict.evaluation)


def _learning_tasks(unit: Unit, rule: AgentRule, student: LocalStudent) -> Iterator[TaskResult]:
    """The results of the tasks that make the agent learn, where the notebook has their names."""
    for short in rule.learns_in:
        task = unit.task(f"{unit.name}/{short}")
        if all(name in student.namespace for name in task.requires):
            with few_printed_lines():
                yield judging.judge(task, student, secrets.randbits(31))
