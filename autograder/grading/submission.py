"""One submission: notebook as data, cells in the sandbox, tasks asked, agent scored, one record."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.agents.evaluation import derived_seed, evaluate, train_and_score
from autograder.agents.greedy_check import PolicyIgnoresNetwork
from autograder.agents.learning_check import DoesNotLearn
from autograder.agents.rule import AgentRule
from autograder.checks import judge as judging
from autograder.checks.task import Task
from autograder.course import Course, CourseError
from autograder.grading.notebook import InvalidNotebook, Submission, read_skeleton, read_submission
from autograder.grading.session import Broken, Session
from autograder.messages import Message
from autograder.results import CheckResult, EvaluationResult, Result, Status, TaskResult
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.probe import require
from autograder.sandbox.remote_student import NoSuchAction, RemoteAgent, RemoteStudent
from autograder.units import Unit
from autograder.worker.interface import NotSolved, StudentError
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
        return nothing_graded(
            unit, Status.INVALID_NOTEBOOK, f"The notebook cannot be graded: {error}."
        )
    return grade_submission(submission, unit, course.secret(), options)


def nothing_graded(unit: Unit, status: Status, message: str) -> Result:
    """The record of a submission of which not a single cell could be run."""
    tasks = [judging.failed(task, status.name.lower(), message) for task in unit.tasks]
    if unit.agent is not None:
        tasks.append(_agent_failed(unit, unit.agent, status.name.lower(), message))
    return Result(unit.name, status, tuple(tasks), message=message)


def grade_submission(
    submission: Submission, unit: Unit, secret: bytes, options: GradingOptions
) -> Result:
    """Grade what a student handed in; a fault of the grader's own becomes status `grader error`.

    Raises SandboxUnavailable where the sandbox is not whole: nothing has run then.
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
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        message = f"The grader failed ({type(error).__name__}: {error}, {place}). This is no mark."
        result = nothing_graded(unit, Status.GRADER_ERROR, message)
        seconds = 0.0
    return replace(
        result,
        seconds=round(seconds, 2),
        warnings=submission.warnings,
        sandboxed=options.sandboxed,
    )


def _grade(session: Session, unit: Unit, secret: bytes) -> Result:
    tasks = [_judge(session, task, derived_seed(secret, task.name)) for task in unit.tasks]
    evaluation = None
    if unit.agent is not None:
        agent_task, evaluation = _judge_agent(session, unit, unit.agent, secret)
        tasks.append(agent_task)
    if not session.broken:
        return Result(unit.name, Status.OK, tuple(tasks), evaluation)
    first = session.broken[0]
    return Result(
        unit.name, first.status, tuple(tasks), evaluation, message=f"The code {first.message}."
    )


def _judge(session: Session, task: Task, seed: int) -> TaskResult:
    try:
        result = session.ask(lambda student: judging.judge(task, student, seed), TASK_SECONDS)
    except Broken as broken:
        return judging.failed(task, broken.status.name.lower(), f"Your code {broken.message}.")
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


def _judge_agent(
    session: Session, unit: Unit, rule: AgentRule, secret: bytes
) -> tuple[TaskResult, EvaluationResult]:
    name = f"{unit.name}/agent"
    seeds = agent_seeds(unit, rule, secret)

    def train(seed: int) -> tuple[float, list[EpisodeStatistics]]:
        def trained(student: RemoteStudent) -> tuple[float, list[EpisodeStatistics]]:
            return train_and_score(rule, student, partial(RemoteAgent, student), seed)

        return session.ask(trained, rule.processor_seconds)

    nothing = EvaluationResult(rule.episodes, None, rule.threshold, ())
    try:
        evaluation = evaluate(rule, train, seeds)
    except Broken as broken:
        failed = _agent_failed(
            unit, rule, broken.status.name.lower(), f"Your code {broken.message}."
        )
        return failed, nothing
    except NotSolved as error:
        message = f"Waits for your other exercises: {error}."
        return _agent_failed(unit, rule, judging.NOT_SOLVED, message), nothing
    except StudentError as error:
        where = f" In {error.where}." if error.where else ""
        message = f"The training stopped with {error.kind}: {error.message}.{where}"
        return _agent_failed(unit, rule, judging.RAISES, message), nothing
    except NoSuchAction as error:
        return _agent_failed(
            unit, rule, "no_such_action", f"The training stopped: {error}."
        ), nothing
    except DoesNotLearn as error:
        message = f"The agent plays well, but does not learn as it should: {error}."
        return _agent_failed(unit, rule, "does_not_reinforce", message), nothing
    except PolicyIgnoresNetwork as error:
        message = f"The agent's network does not decide: {error}."
        return _agent_failed(unit, rule, "network_does_not_decide", message), nothing
    return judge_score(name, rule, evaluation), evaluation


def agent_seeds(unit: Unit, rule: AgentRule, secret: bytes) -> tuple[int, ...]:
    """The seeds of the trainings, the same for every student of a class."""
    name = f"{unit.name}/agent"
    return tuple(derived_seed(secret, name, str(number)) for number in range(rule.trainings))


def judge_score(name: str, rule: AgentRule, evaluation: EvaluationResult) -> TaskResult:
    """The verdict on a score: the points of the trained agent, or none."""
    assert evaluation.mean is not None
    passed = evaluation.mean >= rule.threshold
    reached = f"{evaluation.mean:.1f} on average over {evaluation.episodes} episodes"
    needed = f"{rule.threshold:.0f} are needed"
    message = None
    if not passed:
        message = (
            f"Your agent scored {reached}; {needed}. If all checks above are green, look at the "
            "learning curve: does it rise at all? Then look at the learning rate and the discount."
        )
    check = CheckResult("reaches_threshold", passed, None if passed else "below_threshold", message)
    return TaskResult(name, rule.points if passed else 0.0, rule.points, (check,))


def _agent_failed(unit: Unit, rule: AgentRule, mistake: str, message: str) -> TaskResult:
    check = CheckResult("reaches_threshold", False, mistake, message)
    return TaskResult(f"{unit.name}/agent", 0.0, rule.points, (check,))
