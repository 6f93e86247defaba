"""What a trained agent earns, and why, in one sentence for the notebook and the grader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from autograder.agents.evaluation import OneTraining, evaluate
from autograder.agents.rejection import (
    AgentRejected,
    DoesNotLearn,
    InvalidAction,
    NotFresh,
    PolicyIgnoresNetwork,
)
from autograder.agents.rule import AgentRule
from autograder.checks.judge import NOT_REACHED, NOT_SOLVED, RAISES
from autograder.checks.raised import quoted
from autograder.messages import Message
from autograder.results import CheckResult, EvaluationResult, TaskResult, short_name
from autograder.worker.interface import NotSolved, StudentError

CHECK = "reaches_threshold"
#: The mistake that is none: the grader failed while it trained the agent.
AGENT_ERROR = "agent_error"
#: The agent was not trained: it learns in an exercise that has earned nothing.
NOT_LEARNING = "does_not_learn_yet"
_SCORED = "Your agent scored {score} on average over {episodes} episodes; {threshold} are needed."
_UNSOLVED = "Waits for {task}, which still raises NotImplementedError. Solve it first."
_NEEDS = (
    "Not trained: the agent learns in {task}, which has earned no points yet. Fix it first, then "
    "check the agent again."
)
_SCORED_ONCE = "Your agent scored {score}; {threshold} are needed."


class AgentVerdict(NamedTuple):
    """The points of a trained agent and why, and what was measured."""

    task: TaskResult
    evaluation: EvaluationResult


def judge_agent(
    name: str, rule: AgentRule, train: OneTraining, seeds: tuple[int, ...]
) -> AgentVerdict:
    """Train agents and judge them; whatever the student's code does becomes a verdict.

    name: the task's. train: one training with a seed; what is no exception of the student's code
    and no rejection is passed on.
    """
    try:
        evaluation = evaluate(rule, train, seeds)
    except (StudentError, AgentRejected) as error:
        return without_score(name, rule, *_why(rule, error))
    return AgentVerdict(judge_score(name, rule, evaluation), evaluation)


def not_learning(name: str, rule: AgentRule, tasks: Iterable[TaskResult]) -> AgentVerdict | None:
    """The verdict where a task that makes the agent learn has earned nothing; None: train it.

    tasks: results of the unit's tasks; those that the rule does not name are ignored.
    """
    for task in tasks:
        short = short_name(task.task)
        if short not in rule.learns_in or task.points:
            continue
        unsolved = any(check.mistake == NOT_SOLVED for check in task.checks)
        template = _UNSOLVED if unsolved else _NEEDS
        mistake = NOT_SOLVED if unsolved else NOT_LEARNING
        return without_score(name, rule, mistake, Message(template, task=task.task))
    return None


def without_score(name: str, rule: AgentRule, mistake: str, message: str) -> AgentVerdict:
    """The verdict on an agent that was not scored: no points, and why."""
    check = CheckResult(CHECK, False, mistake, message)
    nothing = EvaluationResult(rule.scored_episodes, None, rule.threshold, ())
    return AgentVerdict(TaskResult(name, 0.0, rule.points, (check,)), nothing)


def interrupted(name: str, rule: AgentRule, score: float) -> AgentVerdict:
    """What is said of a training that was interrupted: the score so far, and no verdict."""
    message = Message(
        "You interrupted the training. The agent has learned enough for a score of {score} so far; "
        "{threshold} are needed. Run the cell again for the points.",
        score=shown_score(score, rule.threshold),
        threshold=f"{rule.threshold:g}",
    )
    return without_score(name, rule, NOT_REACHED, message)


def judge_score(name: str, rule: AgentRule, evaluation: EvaluationResult) -> TaskResult:
    """The verdict on a score: the points of the trained agent, or none."""
    assert evaluation.mean is not None
    if evaluation.mean >= rule.threshold:
        return TaskResult(name, rule.points, rule.points, (CheckResult(CHECK, True),))
    message = Message.joined(
        Message(
            _SCORED_ONCE if evaluation.episodes == 1 else _SCORED,
            score=shown_score(evaluation.mean, rule.threshold),
            episodes=evaluation.episodes,
            threshold=f"{rule.threshold:g}",
        ),
        Message(
            "If all checks above are green, look at the learning curve: does it rise at all? Then "
            "look at the learning rate and the discount."
        ),
    )
    check = CheckResult(CHECK, False, "below_threshold", message)
    return TaskResult(name, 0.0, rule.points, (check,))


def shown_score(score: float, threshold: float) -> str:
    """The score with as many decimals as it takes to see on which side of the threshold it is."""
    decimals = 1
    while decimals < 9 and float(f"{score:.{decimals}f}") >= threshold > score:
        decimals += 1
    return f"{score:.{decimals}f}"


def _why(rule: AgentRule, error: StudentError | AgentRejected) -> tuple[str, Message]:
    """The mistake's name, and what happened and what to try next."""
    if isinstance(error, NotSolved):
        message = Message("Waits for your other exercises: {error}. Solve them first.", error=error)
        return NOT_SOLVED, message
    if isinstance(error, StudentError):
        return RAISES, _stopped(error)
    if isinstance(error, InvalidAction):
        message = Message(
            "The training stopped: {error}. Look at what `act` returns for a few observations.",
            error=error.message,
        )
        return "no_such_action", message
    if isinstance(error, DoesNotLearn):
        message = Message(
            "The agent plays well, but agents that {factory} made anew did not learn in a test: "
            "{error}. {advice}",
            factory=rule.factory,
            error=error.message,
            advice=error.advice,
        )
        return "does_not_reinforce", message
    if isinstance(error, NotFresh):
        message = Message(
            "{factory} was called twice, and {error}. Each call must make a new agent, with a "
            "{noun} of its own: make both within {factory}.",
            factory=rule.factory,
            error=error.message,
            noun=rule.decider.noun,
        )
        return "agent_not_new", message
    assert isinstance(error, PolicyIgnoresNetwork)
    noun, attribute = rule.decider.noun, rule.decider.attribute
    message = Message(
        "The agent's {noun} does not decide: {error}. Keep it in `self.{attribute}`, and let "
        "`act(observation, explore=False)` choose by its output and by nothing else.",
        noun=noun,
        error=error.message,
        attribute=attribute,
    )
    return f"{noun}_does_not_decide", message


def _stopped(error: StudentError) -> Message:
    stopped = Message(
        "The training stopped with {kind}: {error}.",
        kind=error.kind,
        error=quoted(error).rstrip("."),
    )
    where = Message("In {where}.", where=error.where) if error.where else ""
    advice = Message("Run the cell that trains your agent: it stops in the same way.")
    return Message.joined(stopped, where, advice)
