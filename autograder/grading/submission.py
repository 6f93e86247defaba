"""One submission: notebook as data, cells in the sandbox, tasks asked, agent scored, one record."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.agents.evaluation import train_and_score
from autograder.agents.rule import AgentRule
from autograder.agents.seeds import derived_seed
from autograder.agents.verdict import (
    AGENT_ERROR,
    AgentVerdict,
    judge_agent,
    not_learning,
    without_score,
)
from autograder.checks import judge as judging
from autograder.checks.task import Task
from autograder.course import Course, CourseError
from autograder.grading.notebook import InvalidNotebook, Submission, read_skeleton, read_submission
from autograder.grading.session import Broken, Session
from autograder.messages import Message
from autograder.results import EvaluationResult, Result, Status, TaskResult
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.probe import require
from autograder.units import Unit
from helpers.training import EpisodeStatistics

#: Processor seconds for all checks of one task.
TASK_SECONDS = 10.0


@dataclass(frozen=True)
class GradingOptions:
    """How submissions are graded. sandboxed: False is the explicit unsafe option."""

    sandboxed: bool = True


def grade_file(path: Path, unit: Unit, course: Course, options: GradingOptions) -> Result:
    """Grade one notebook file. Never raises for anything a student wrote.

    Raises CourseError if the unit was never released, SandboxUnavailable if it may not be graded.
    """
    try:
        skeleton = read_skeleton(course.released(unit.assignment))
    except InvalidNotebook as error:
        raise CourseError(f"{unit.assignment}: {error}. Run: autograder build") from error
    try:
        submission = read_submission(path, skeleton)
    except InvalidNotebook as error:
        message = Message("The notebook cannot be graded: {error}.", error=error)
        return nothing_graded(unit, Status.INVALID_NOTEBOOK, message)
    return grade_submission(submission, unit, course.secret(), options)


def nothing_graded(unit: Unit, status: Status, message: str) -> Result:
    """The record of a submission of which not a single cell could be run."""
    tasks = [judging.failed(task, status.name.lower(), message) for task in unit.tasks]
    if unit.agent is not None:
        name = f"{unit.name}/agent"
        tasks.append(without_score(name, unit.agent, status.name.lower(), message).task)
    return Result(unit.name, status, tuple(tasks), message=message)


def grade_submission(
    submission: Submission, unit: Unit, secret: bytes, options: GradingOptions
) -> Result:
    """Grade what a student handed in; a fault of the grader's own becomes status `grader error`.

    Raises SandboxUnavailable where the sandbox is incomplete: nothing has run then.
    """
    if options.sandboxed:
        require()
    try:
        with Session(submission, unit.framework, options.sandboxed) as session:
            result = _grade(session, unit, secret)
        seconds = session.processor_seconds
    except SandboxUnavailable:
        raise
    except Exception as error:
        result = nothing_graded(unit, Status.GRADER_ERROR, _fault(error))
        seconds = 0.0
    return replace(
        result,
        seconds=round(seconds, 2),
        warnings=submission.warnings,
        sandboxed=options.sandboxed,
    )


def _grade(session: Session, unit: Unit, secret: bytes) -> Result:
    tasks = [_judge(session, task, derived_seed(secret, task.name)) for task in unit.tasks]
    status = Status.OK
    message: Message | None = None
    evaluation: EvaluationResult | None = None
    if unit.agent is not None:
        try:
            agent_task, evaluation = not_learning(
                f"{unit.name}/agent", unit.agent, tasks
            ) or _judge_agent(session, unit, unit.agent, secret)
        except SandboxUnavailable:
            raise
        except Exception as error:  # costs the agent's record, not what the tasks have earned
            status, message = Status.AGENT_ERROR, _fault(error)
            agent_task, evaluation = without_score(
                f"{unit.name}/agent", unit.agent, AGENT_ERROR, message
            )
        tasks.append(agent_task)
    if status is Status.OK and session.broken:
        first = session.broken[0]
        status, message = first.status, Message("The code {action}.", action=first.message)
    return Result(unit.name, status, tuple(tasks), evaluation, message=message)


def _fault(error: Exception) -> Message:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Message(
        "The grader failed ({kind}: {error}, {file}:{line}). This is not a mark.",
        kind=type(error).__name__,
        error=error,
        file=Path(frame.filename).name,
        line=frame.lineno,
    )


def _judge(session: Session, task: Task, seed: int) -> TaskResult:
    try:
        result = session.ask(lambda student: judging.judge(task, student, seed), TASK_SECONDS)
    except Broken as broken:
        message = Message("Your code {action}.", action=broken.message)
        return judging.failed(task, broken.status.name.lower(), message)
    return _with_cell_errors(session, result)


def _with_cell_errors(session: Session, result: TaskResult) -> TaskResult:
    """Where a name is missing, say which cell failed and how."""
    short = result.task.split("/")[1]
    for error in session.cell_errors:
        if error.cell.name != short or result.points == result.max_points:
            continue
        raised = f"{error.kind}: {error.message}".splitlines()[0].strip()[:300]
        stopped = Message("Its cell stopped with {error}", error=raised)
        checks = tuple(
            replace(check, message=Message.joined(check.message or "", stopped))
            if check.mistake == judging.NOT_SOLVED
            else check
            for check in result.checks
        )
        return replace(result, checks=checks)
    return result


def _judge_agent(session: Session, unit: Unit, rule: AgentRule, secret: bytes) -> AgentVerdict:
    name = f"{unit.name}/agent"

    def train(seed: int) -> tuple[float, list[EpisodeStatistics]]:
        return session.ask(
            lambda student: train_and_score(rule, student, seed), rule.processor_seconds
        )

    try:
        return judge_agent(name, rule, train, agent_seeds(unit, rule, secret))
    except Broken as broken:
        message = Message("Your code {action}.", action=broken.message)
        return without_score(name, rule, broken.status.name.lower(), message)


def agent_seeds(unit: Unit, rule: AgentRule, secret: bytes) -> tuple[int, ...]:
    """The seeds of the trainings, the same for every student of a class."""
    name = f"{unit.name}/agent"
    return tuple(derived_seed(secret, name, str(number)) for number in range(rule.trainings))
