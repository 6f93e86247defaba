"""The update of actor_critic: one step in which both heads learn, each from its own loss."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.actor_critic.trial import Trial
from autograder.units.shared.agents import AgentKind
from autograder.units.shared.episode_agent import (
    EpisodeAgent,
    draw_scales,
    expect_asked,
    expect_cleared,
    expect_entries,
    expect_nothing_else,
    expect_one_step,
)
from autograder.units.shared.examples.policy_gradient import OPTIMIZER_STEP
from autograder.units.shared.fields import fields_of
from autograder.units.shared.networks import against_the_limits, observations
from autograder.worker.interface import (
    PassedOn,
    Returned,
    Student,
    StudentError,
    StudentObject,
    Tensor,
)
from helpers.agents import Transition

AGENT = AgentKind("ACPolicy", "ActorCriticNetwork", heads=2)
#: Episodes of the batch that is played, and steps in a direct call of update: these are more than
#: anybody would cut off as "the first ones".
EPISODES, STEPS = 6, 150
#: How much more or less than the other a loss may count: half the critic's loss is common.
MOST_WEIGHT = 5


class UpdateTask(Task):
    """`ACPolicy`: act remembers, update makes one step for the sum of both losses."""

    requires = ("ACPolicy",)
    examples = (OPTIMIZER_STEP,)

    @check(points=1, blocking=True)
    def act_answers_and_remembers(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            agent = EpisodeAgent.make(student, AGENT, random)
            start = observations(random, 5)
            agent.handle.call("start_episode", start)
            drawn = random.permutation([0, 1, 1, 0, 1])
            scales = draw_scales(random, 5), draw_scales(random, 5)
            results = (Tensor(drawn), *map(agent.remembered, (0, 1), scales))
            choose = student.double("choose_action", ("net", "observation"), Returned((results,)))
            action = agent.act_for_the_loop(start)
            expect_asked(agent, choose, start)
            _expect_remembered(agent, *map(agent.numbers, (0, 1), scales))
            expect(
                np.array_equal(action, drawn),
                "other_action",
                "act should return the actions that choose_action drew: the log-probabilities "
                "that it remembers belong to these.",
            )
            agent.act(start)
            expect_entries(agent, calls=2, rows=5)

    @check(points=2, blocking=True)
    def both_heads_learn_when_the_batch_has_ended(
        self, student: Student, random: np.random.Generator
    ) -> None:
        with student.doubles():
            trial = Trial.prepare(EpisodeAgent.make(student, AGENT, random), random, EPISODES)
            results = (Tensor(random.integers(2, size=EPISODES)), *trial.remembered)
            student.double("choose_action", ("net", "observation"), Returned((results,)))
            student.double("discounted_returns", ("rewards", "gamma"), PassedOn(0))
            student.double("normalise", ("returns",), PassedOn(0))
            _play_one_step(trial.agent, random)
            trial.expect_losses()
            expect_one_step(trial.agent, trial.moved())
            expect_both_heads(trial)

    @check(points=1)
    def the_policy_follows_the_advantage(
        self, student: Student, random: np.random.Generator
    ) -> None:
        with student.doubles():
            trial = _updated(EpisodeAgent.make(student, AGENT, random), random)
            trial.expect_advantages()
            expect_share(trial, head=0)

    @check(points=1)
    def only_its_own_loss_moves_the_critic(
        self, student: Student, random: np.random.Generator
    ) -> None:
        with student.doubles():
            trial = _updated(EpisodeAgent.make(student, AGENT, random), random)
            trial.expect_given("values", "returns")
            expect_share(trial, head=1)

    @check(points=1)
    def old_gradients_are_cleared(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            first = _updated(EpisodeAgent.make(student, AGENT, random), random)
            expect_one_step(first.agent, first.moved())
            before, shares = first.moved().amounts, first.shares
            second = _updated(first.agent.from_here(), random)
            # Whatever the first update made of its losses, the second one should make of its own.
            expected = np.multiply(shares, second.expected)
            expect_cleared(second.moved().amounts, expected, np.array(before))


def _updated(agent: EpisodeAgent, random: np.random.Generator) -> Trial:
    """Call the agent's update directly."""
    trial = Trial.prepare(agent, random, STEPS)
    _play_on(agent, random)
    try:
        agent.update(*trial.remembered, Tensor(trial.returns))
    except (CheckFailed, StudentError):
        if trial.losses.get("count"):  # wrong arguments are often the cause
            trial.expect_given("log_probs", "advantages", "values", "returns")
        raise
    trial.expect_losses()
    return trial


def _play_on(agent: EpisodeAgent, random: np.random.Generator) -> None:
    """A step after which no episode has ended: the memory holds something else than update gets."""
    rows = 3
    start, going_on = observations(random, rows), np.zeros(rows, bool)
    values = (agent.remembered(head, draw_scales(random, rows)) for head in (0, 1))
    results = (Tensor(random.integers(2, size=rows)), *values)
    agent.student.double("choose_action", ("net", "observation"), Returned((results,)))
    agent.handle.call("start_episode", start)
    agent.train(
        Transition(
            observation=start,
            action=agent.act(start),
            reward=np.ones(rows, np.float32),
            next_observation=against_the_limits(start, going_on),
            terminated=going_on,
            truncated=going_on,
            episode=np.arange(rows),
        )
    )


def _play_one_step(agent: EpisodeAgent, random: np.random.Generator) -> None:
    """A batch of episodes that all end with their first step, some by the time limit."""
    start = observations(random, EPISODES)
    truncated = np.arange(EPISODES) % 2 == 0
    agent.handle.call("start_episode", start)
    agent.train(
        Transition(
            observation=start,
            action=agent.act(start),
            reward=random.uniform(1, 3, size=EPISODES).astype(np.float32),
            next_observation=against_the_limits(start, np.ones(EPISODES, bool)),
            terminated=~truncated,
            truncated=truncated,
            episode=np.arange(EPISODES),
        )
    )


def _expect_remembered(agent: EpisodeAgent, log_probs: np.ndarray, values: np.ndarray) -> None:
    """Raise CheckFailed unless the memory holds both, gradients and all."""
    (saved,) = expect_entries(agent, calls=1, rows=len(log_probs))
    is_object = isinstance(saved, StudentObject)  # of a dataclass, for example
    saved = fields_of(saved, ("log_prob", "value"))
    expect(
        isinstance(saved, list) and len(saved) >= 2,  # more may be remembered behind these two
        "no_saved_action",
        "self.memory should hold SavedAction(log_prob, value).",
    )
    assert isinstance(saved, list)
    for number, name, right, other in (
        (0, "log_prob", log_probs, values),
        (1, "value", values, log_probs),
    ):
        expect_close(
            saved[number],
            right,
            "wrong_memory",
            Message("SavedAction.{name} is not what choose_action returned.", name=name),
            known_mistakes=(
                KnownMistake(
                    "saved_in_the_wrong_order",
                    other,
                    "SavedAction takes the log-probabilities first, then the values.",
                ),
            ),
        )
        expect(
            agent.remembers_a_gradient(0, name if is_object else number),
            "memory_cut_off",
            Message(
                "SavedAction.{name} has no gradient, so update could not learn from it. Save it as "
                "choose_action returned it, without .detach(), .item() or numpy(), and call "
                "choose_action outside torch.no_grad().",
                name=name,
            ),
        )


def expect_both_heads(trial: Trial) -> None:
    """Raise CheckFailed unless each loss moved the weights."""
    policy, critic = (abs(share) > 1e-5 for share in trial.shares)
    for learns, mistake, name in (
        (policy, "policy_not_trained", "policy"),
        (critic, "critic_not_trained", "critic"),
    ):
        expect(
            learns,
            mistake,
            Message(
                "The {name}'s loss did not move any weight. Is it part of the sum that you call "
                "backward() on, does losses(...) get its argument without detach or item, and is "
                "zero_grad() called before backward(), never after it?",
                name=name,
            ),
        )


def expect_share(trial: Trial, head: int) -> None:
    """Raise CheckFailed unless a loss makes the weights move down its gradient, and counts."""
    moved = trial.moved()
    expect_nothing_else(moved)
    shares = moved.shares(trial.expected)
    share, other = shares[head], shares[1 - head]
    mistake, name = (("policy_uphill", "policy"), ("critic_uphill", "critic"))[head]
    expect(
        share > -1e-5,
        mistake,
        Message(
            "The step makes the {name}'s loss larger, not smaller. Call backward() on the sum of "
            "what losses(...) returned, without another minus.",
            name=name,
        ),
    )
    expect(
        share * MOST_WEIGHT > other,
        "losses_weighted",
        Message(
            "The {name}'s loss counts {share:.3g} times in the step, the other one {other:.3g} "
            "times, so that almost nothing is learned from it. Call backward() on the sum of the "
            "two losses.",
            name=name,
            share=share,
            other=other,
        ),
    )
    steps = len(trial.returns)
    expect(
        1 / (MOST_WEIGHT * steps) < share < MOST_WEIGHT,
        "other_step_size",
        Message(
            "The {name}'s loss moved the weights by {share:.4g} times the step that it should. "
            "Call backward() on exactly what losses(...) returned, and step() once.",
            name=name,
            share=share,
        ),
    )
