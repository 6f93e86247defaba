"""The update of policy_network: the agent plays a batch of episodes, then learns once."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.policy_network.endings import (
    OTHER_ENDINGS,
    TERMINATED,
    WRONG_RULES,
    Ending,
    steps_of,
)
from autograder.units.shared.agents import AgentKind
from autograder.units.shared.episode_agent import (
    RATE,
    TOLERANCE,
    EpisodeAgent,
    Moved,
    actions_like_own,
    draw_scales,
    expect_asked,
    expect_cleared,
    expect_entries,
    expect_nothing_else,
    expect_one_step,
    shape_of,
)
from autograder.units.shared.examples.policy_gradient import ENDINGS, OPTIMIZER_STEP
from autograder.units.shared.networks import observations
from autograder.worker.interface import (
    PassedOn,
    Returned,
    Student,
    StudentError,
    StudentObject,
    Tensor,
    WeightedSums,
)

AGENT = AgentKind("SimplePolicy", "PolicyNetwork")
#: Steps in a direct call of update: more than anybody would cut off as "the first ones".
STEPS = 150


class UpdateTask(Task):
    """`SimplePolicy`: act remembers, train waits for the end, update makes one step."""

    requires = ("SimplePolicy",)
    examples = (ENDINGS, OPTIMIZER_STEP)

    @check(points=1, blocking=True)
    def act_answers_and_remembers(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            agent = EpisodeAgent.make(student, AGENT, random)
            start = observations(random, 5)
            drawn = random.permutation([0, 1, 1, 0, 1])
            # Two equal rows with different actions: no rule of the observation alone gives both.
            start[drawn.argmin()] = start[drawn.argmax()]
            agent.handle.call("start_episode", start)
            scales = draw_scales(random, 5), draw_scales(random, 5)
            actions = actions_like_own(agent, drawn)
            results = tuple((actions, agent.remembered(0, part)) for part in scales)
            choose = student.double("choose_action", ("net", "observation"), Returned(results))
            action = agent.act_for_the_loop(start)
            expect_asked(agent, choose, start)
            first, second = (agent.numbers(0, part) for part in scales)
            _expect_remembered(agent, first, drawn)
            expect(
                np.array_equal(action, drawn),
                "other_action",
                "act should return the actions that choose_action drew: the log-probabilities "
                "that it remembers belong to these.",
            )
            agent.act(start)
            memory = expect_entries(agent, calls=2, rows=5)
            for entry, right in zip(memory, (first, second), strict=True):
                expect_close(
                    entry,
                    right,
                    "wrong_order",
                    "After two calls of act, self.memory should hold the log-probabilities of the "
                    "first call, then those of the second: append adds at the end.",
                )

    @check(points=1, blocking=True)
    def learns_when_all_episodes_have_ended(
        self, student: Student, random: np.random.Generator
    ) -> None:
        found, agent = _learns_after(student, random, TERMINATED)
        if found == TERMINATED.last:
            expect_one_step(agent, agent.moved())
            return
        _expect_no_known_rule(student, random)
        if found is not None:
            raise CheckFailed(
                "learns_too_early",
                "The agent learned while an episode was still running. An episode that has ended "
                "waits for the others: update only when self.running is 0. An episode has ended "
                "where terminated or truncated says so.",
            )
        raise CheckFailed(
            "never_learns",
            "All episodes have ended, but policy_loss was not called. Is `ended` true for the "
            "episodes that have ended, and does update compute its loss with policy_loss?",
        )

    @check(points=1)
    def an_episode_cut_by_the_time_limit_ends_too(
        self, student: Student, random: np.random.Generator
    ) -> None:
        if all(_learns_after(student, random, item)[0] == item.last for item in OTHER_ENDINGS):
            return
        _expect_no_known_rule(student, random)
        raise CheckFailed(
            "wrong_ending",
            "The agent should learn with the step in which the last episodes end: terminated or "
            "truncated, alone or together. `ended` needs one value for each row: has this episode "
            "ended?",
        )

    @check(points=1)
    def a_step_lowers_the_loss(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            agent = EpisodeAgent.make(student, AGENT, random)
            expected = _expect_update(student, agent, random)
            moved = agent.moved()
            expect_one_step(agent, moved)
            expect_share(moved, expected, STEPS)

    @check(points=1)
    def old_gradients_are_cleared(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            agent = EpisodeAgent.make(student, AGENT, random)
            first = _expect_update(student, agent, random)
            moved = agent.moved()
            expect_one_step(agent, moved)
            (share,) = moved.shares((first,))
            agent = agent.from_here()
            second = _expect_update(student, agent, random)
            # Whatever the first update made of its loss, the second one should make of its own.
            expected = np.array([share * second])
            expect_cleared(agent.moved().amounts, expected, np.array(moved.amounts))


def _learns_after(
    student: Student, random: np.random.Generator, ending: Ending
) -> tuple[int | None, EpisodeAgent]:
    """With which step the agent first called policy_loss, None if it did not; and the agent."""
    with student.doubles():
        agent = EpisodeAgent.make(student, AGENT, random)
        rows = [len(step.terminated) for step in ending.steps]
        scales = [draw_scales(random, n) for n in rows]
        results = tuple(
            (Tensor(random.integers(2, size=n)), agent.remembered(0, part))
            for n, part in zip(rows, scales, strict=True)
        )
        student.double("choose_action", ("net", "observation"), Returned(results))
        student.double("discounted_returns", ("rewards", "gamma"), PassedOn(0))
        student.double("normalise", ("returns",), PassedOn(0))
        # Whatever it is given; positive, where the losses of the other checks are negative.
        number = Returned((agent.remembered(0, np.array(-0.5, np.float32)),))
        loss = student.double("policy_loss", ("log_probs", "returns"), number)
        start = observations(random, rows[0])
        agent.handle.call("start_episode", start)
        for step, transition in enumerate(steps_of(ending, start, random)):
            action = agent.act(transition.observation)
            agent.train(transition._replace(action=action))
            if loss.get("count"):
                return step, agent
        return None, agent


def _expect_no_known_rule(student: Student, random: np.random.Generator) -> None:
    """Raise CheckFailed with the one wrong rule for `ended` that fits all endings."""
    endings = (TERMINATED, *OTHER_ENDINGS)
    found = [_learns_after(student, random, ending)[0] for ending in endings]
    for mistake, rule, message in WRONG_RULES:
        expect(found != [ending.learns_after(rule) for ending in endings], mistake, message)


def _expect_update(student: Student, agent: EpisodeAgent, random: np.random.Generator) -> float:
    """Call update directly and look at what policy_loss is given.

    Returns how far the weights should have moved along the direction of the log-probabilities.
    """
    scales, weights = draw_scales(random, STEPS), draw_scales(random, STEPS)
    returns = random.normal(size=STEPS).astype(np.float32)
    loss = known_loss(student, weights)
    error: Exception | None = None
    try:
        agent.update(agent.remembered(0, scales), Tensor(returns))
    except (CheckFailed, StudentError) as raised:
        error = raised  # wrong arguments are often the cause
    if error is not None and not loss.get("count"):
        raise error
    expect(
        loss.get("count") != 0,
        "loss_not_used",
        "update did not call policy_loss. Compute the loss with policy_loss(log_probs, returns).",
    )
    log_probs = agent.numbers(0, scales)
    expect_given(loss.call("given", 0, "log_probs"), log_probs, returns)
    expect_given(loss.call("given", 0, "returns"), returns, log_probs)
    if error is not None:
        raise error
    return -RATE * float(scales @ weights)


def expect_given(given: object, right: np.ndarray, other: np.ndarray) -> None:
    """Raise CheckFailed unless policy_loss was given these numbers, (steps,)."""
    expect(
        shape_of(given) == right.shape,
        "not_all_steps",
        Message(
            "policy_loss was given an argument of shape {given}. It should get the "
            "log-probabilities and the returns of all steps: shape {right}.",
            given=shape_of(given),
            right=right.shape,
        ),
    )
    expect_close(
        given,
        right,
        "wrong_arguments",
        "policy_loss should be given the log-probabilities and the normalised returns as they are, "
        "in the order of the steps.",
        known_mistakes=(
            KnownMistake(
                "arguments_swapped",
                other,
                "policy_loss was given its arguments in the wrong order: first the "
                "log-probabilities, then the returns.",
            ),
        ),
        tolerance=1e-3,
    )


def expect_share(moved: Moved, expected: float, steps: int) -> None:
    """Raise CheckFailed unless the step was the expected one.

    Who sums in policy_loss may divide by the number of steps afterwards.
    """
    expect_nothing_else(moved)
    (share,) = moved.shares((expected,))
    expect(
        abs(share + 1) > TOLERANCE,
        "step_uphill",
        "The step makes the loss larger, not smaller. Call backward() on what policy_loss returns, "
        "without another minus.",
    )
    expect(
        any(abs(share * part - 1) < TOLERANCE for part in (1, steps)),
        "wrong_step",
        Message(
            "The weights did not move by one step down the gradient of policy_loss, but by "
            "{share:.2f} times that. Call backward() on exactly what policy_loss returned, and "
            "step() once.",
            share=share,
        ),
    )


def _expect_remembered(agent: EpisodeAgent, log_probs: np.ndarray, drawn: np.ndarray) -> None:
    """Raise CheckFailed unless the memory holds these log-probabilities, gradient and all."""
    memory = expect_entries(agent, calls=1, rows=len(drawn))
    expect_close(
        memory[0],
        log_probs,
        "wrong_memory",
        "self.memory should hold what choose_action returned second: the log-probabilities of the "
        "chosen actions.",
        known_mistakes=(
            KnownMistake(
                "actions_remembered",
                drawn,
                "self.memory holds the actions. The loss needs their log-probabilities.",
            ),
        ),
    )
    expect(
        agent.remembers_a_gradient(0),
        "memory_cut_off",
        "The log-probabilities in self.memory have no gradient, so update could not learn from "
        "them. Append what choose_action returned, without .detach(), .item() or numpy(), and call "
        "choose_action outside torch.no_grad().",
    )


def known_loss(student: Student, weights: np.ndarray) -> StudentObject:
    """A loss whose gradient by the log-probabilities is known: the weights, (steps,)."""
    return student.double("policy_loss", ("log_probs", "returns"), WeightedSums(((0, weights),)))
