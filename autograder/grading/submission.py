"""One submission: notebook as data, cells in the sandbox, tasks asked, agent scored, one record."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
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
from autograder.grading.notebook import (
    InvalidNotebook,
    Skeleton,
    Submission,
    read_skeleton,
    read_submission,
)
from autograder.grading.session import Broken, Session
from autograder.messages import Message
from autograder.results import EvaluationResult, Result, Status, TaskResult
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.probe import require
from autograder.units import Unit
from helpers.training import EpisodeStatistics

#: Processor seconds for all checks of one task.
TASK_SECONDS = 10.0

_STOPPED = Message("Not asked: the grading of this submission was stopped before.")

#: Called with what a submission has earned so far, as the record that counts if nothing follows.
Watch = Callable[[Result], None]


@dataclass(frozen=True)
class GradingOptions:
    """How submissions are graded. sandboxed: False is the explicit unsafe option."""

    sandboxed: bool = True


def _nobody(result: Result) -> None:
    return None


def grade_file(
    path: Path, unit: Unit, course: Course, options: GradingOptions, watch: Watch = _nobody
) -> Result:
    """Grade one notebook file. Never raises for anything a student wrote.

    Raises CourseError if the unit was never released, SandboxUnavailable if it may not be graded.
    """
    skeleton = released_notebook(unit, course)
    try:
        submission = read_submission(path, skeleton)
    except InvalidNotebook as error:
        message = Message("The notebook cannot be graded: {error}.", error=error)
        return nothing_graded(unit, Status.INVALID_NOTEBOOK, message)
    return grade_submission(submission, unit, course.secret(), options, watch)


def released_notebook(unit: Unit, course: Course) -> Skeleton:
    """The notebook that students received. Raises CourseError if the unit was never released."""
    try:
        return read_skeleton(course.released(unit.assignment))
    except InvalidNotebook as error:
        raise CourseError(f"{unit.assignment}: {error}. Run: autograder build") from error


def nothing_graded(unit: Unit, status: Status, message: str) -> Result:
    """The record of a submission of which not a single cell could be run."""
    return _with_the_rest_failed(unit, [], status, message)


def _with_the_rest_failed(
    unit: Unit, judged: Sequence[TaskResult], status: Status, message: str
) -> Result:
    """The record in which nothing but these first tasks has earned anything."""
    kind = status.name.lower()
    tasks = [*judged]
    tasks += [judging.failed(task, kind, message) for task in unit.tasks[len(judged) :]]
    if unit.agent is not None:
        tasks.append(without_score(f"{unit.name}/agent", unit.agent, kind, message).task)
    return Result(unit.name, status, tuple(tasks), message=message)


def grade_submission(
    submission: Submission,
    unit: Unit,
    secret: bytes,
    options: GradingOptions,
    watch: Watch = _nobody,
) -> Result:
    """Grade what a student handed in; a fault of the grader's own becomes status `grader error`.

    Raises SandboxUnavailable where the sandbox is incomplete: nothing has run then.
    """
    if options.sandboxed:
        require()
    try:
        with Session(submission, unit.framework, options.sandboxed) as session:
            result = _grade(session, unit, secret, watch)
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


def _grade(session: Session, unit: Unit, secret: bytes, watch: Watch) -> Result:
    tasks: list[TaskResult] = []
    for task in unit.tasks:
        tasks.append(_judge(session, task, derived_seed(secret, task.name)))
        so_far = _with_the_rest_failed(unit, tasks, Status.GRADER_ERROR, _STOPPED)
        watch(replace(so_far, warnings=session.submission.warnings, sandboxed=session.sandboxed))
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
