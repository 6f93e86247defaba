"""Probes: tiny environments whose Q-values are known, each of which tests one part of an agent.

An agent that fails a probe after passing those before it has its mistake in what the probe adds.
After A. Jones, "Debugging RL, Without the Agonizing Pain" (2021). Every number of an observation
is the same, +1 or -1, so that any network can tell the two apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect_close
from autograder.checks.task import Task
from autograder.messages import Message
from autograder.worker.interface import MethodCall, Student, StudentObject
from helpers.agents import Transition

WIDTH = 4
#: Episodes played in parallel: each `train` brings as many transitions.
EPISODES = 32
#: How near the learned Q-values must come.
TOLERANCE = 0.2
#: A right agent misses a probe's values in one of some dozen trainings, never in all of these.
TRAININGS = 3


class Outcome(NamedTuple):
    """What a step of several parallel episodes leads to."""

    reward: np.ndarray  # (n,) float32
    next_observation: np.ndarray  # (n, 4) float32
    terminated: np.ndarray  # (n,) bool
    truncated: np.ndarray  # (n,) bool


class Probe(ABC):
    """An environment with two actions that can be solved on paper."""

    #: Name of the check without its number, of the mistake if the values are none of the typical
    #: wrong ones, and what to tell the student then.
    check: ClassVar[str]
    mistake: ClassVar[str]
    message: ClassVar[str]

    @abstractmethod
    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        """The first observations of n episodes, (n, 4) float32."""

    @abstractmethod
    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        """Play one step of each episode."""

    @abstractmethod
    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        """Some observations, (m, 4), and the Q-values of both actions there, (m, 2)."""

    def known_mistakes(self, gamma: float) -> tuple[KnownMistake, ...]:
        """The Q-values that typical mistakes lead to."""
        return ()


class ConstantReward(Probe):
    """One observation, one step, reward 1: can the agent learn a number at all?"""

    check = "a_constant_reward"
    mistake = "cannot_learn_a_constant"
    message = (
        "One step, always the reward 1: after some learning every Q-value should be 1. Does the "
        "optimizer step, on the loss, in the right direction?"
    )

    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        return _rows(np.ones(n))

    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        return _last(observation, np.ones(len(action)))

    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        return _rows(np.ones(1)), np.ones((1, 2))

    def known_mistakes(self, gamma: float) -> tuple[KnownMistake, ...]:
        return (
            KnownMistake(
                "terminal_not_masked",
                np.full((1, 2), 1 / (1 - gamma)),
                Message(
                    "One step, always the reward 1, and nothing after it: Q should be 1, but yours "
                    "goes to {value:.1f}, as if the episode went on. Mask V(s') where the episode "
                    "terminated.",
                    value=1 / (1 - gamma),
                ),
            ),
        )


class RewardFromObservation(Probe):
    """Two observations, one step, the reward is what is seen: does the network look?"""

    check = "a_reward_that_depends_on_the_observation"
    mistake = "observation_not_used"
    message = (
        "One step; the reward is 1 for one observation and -1 for the other, so Q should be 1 and "
        "-1. Does each reward stay with its own observation, in memory and batch, and does the "
        "gradient reach the first layer?"
    )

    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        return _rows(random.choice([-1.0, 1.0], size=n))

    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        return _last(observation, observation[:, 0])

    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        return _rows(np.array([1.0, -1.0])), np.array([[1.0, 1.0], [-1.0, -1.0]])


class DelayedReward(Probe):
    """Two steps, the reward comes with the second: is it passed on, and discounted?"""

    check = "a_delayed_reward"
    mistake = "reward_not_passed_on"
    message = (
        "Two steps with the rewards 0 and 1: Q should be 1 before the second step and gamma before "
        "the first. Look at what brings later rewards forward: V(s'), gamma, next_observation, "
        "and a target network that follows."
    )

    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        return _rows(np.ones(n))

    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        second = observation[:, 0] < 0
        return Outcome(
            reward=second.astype(np.float32),
            next_observation=_rows(-np.ones(len(action))),
            terminated=second,
            truncated=np.zeros(len(action), dtype=bool),
        )

    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        return _rows(np.array([1.0, -1.0])), np.array([[gamma, gamma], [1.0, 1.0]])

    def known_mistakes(self, gamma: float) -> tuple[KnownMistake, ...]:
        return (
            KnownMistake(
                "nothing_comes_later",
                np.array([[0.0, 0.0], [1.0, 1.0]]),
                "Two steps with the rewards 0 and 1: before the first, Q should be gamma, but "
                "yours stays at 0. What comes later never arrives: is gamma * V(s') in the target, "
                "is it next_observation that V is asked for, does the target network follow?",
            ),
            KnownMistake(
                "not_discounted",
                np.ones((2, 2)),
                "Two steps with the rewards 0 and 1: before the first, Q should be gamma * 1, but "
                "yours goes to 1: gamma is missing.",
            ),
        )


class RewardFromAction(Probe):
    """One step, the reward depends on the action: does each action have its own value?"""

    check = "a_reward_that_depends_on_the_action"
    mistake = "action_not_used"
    message = (
        "One step; action 1 is rewarded with 1, action 0 with -1, and so should be their "
        "Q-values. It must be the right column: of each row the value of its own action."
    )

    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        return _rows(np.ones(n))

    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        return _last(observation, 2.0 * action - 1)

    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        return _rows(np.ones(1)), np.array([[-1.0, 1.0]])

    def known_mistakes(self, gamma: float) -> tuple[KnownMistake, ...]:
        return (
            KnownMistake(
                "actions_swapped",
                np.array([[1.0, -1.0]]),
                "The two actions' Q-values are swapped: the value of the *other* action learns.",
            ),
        )


class RewardFromBoth(Probe):
    """One step, the reward depends on observation and action: do the two stay together?"""

    check = "a_reward_that_depends_on_both"
    mistake = "observation_and_action_mixed_up"
    message = (
        "One step; the reward is 1 if the action suits the observation and -1 if not. Are "
        "observation, action and reward of a batch from the same rows?"
    )

    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        return _rows(random.choice([-1.0, 1.0], size=n))

    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        return _last(observation, observation[:, 0] * (2 * action - 1))

    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        return _rows(np.array([1.0, -1.0])), np.array([[-1.0, 1.0], [1.0, -1.0]])


class DelayedRewardFromAction(Probe):
    """Two steps, the second is rewarded by the action: probes 3, 4 and 5 in one training."""

    check = "a_delayed_reward_that_depends_on_the_action"
    mistake = "learns_other_values"
    message = (
        "Two steps. The first brings 0, the second 1 for action 1 and -1 for action 0. So before "
        "the first step Q should be gamma for both actions, and before the second -1 and 1. Look "
        "at what brings later rewards forward (V(s'), gamma, next_observation, a target network "
        "that follows), and whether observation, action and reward are of the same rows."
    )

    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        return _rows(np.ones(n))

    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        outcome = DelayedReward().step(observation, action)
        reward = np.where(outcome.terminated, 2.0 * action - 1, 0.0)
        return outcome._replace(reward=reward.astype(np.float32))

    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        return _rows(np.array([1.0, -1.0])), np.array([[gamma, gamma], [-1.0, 1.0]])

    def known_mistakes(self, gamma: float) -> tuple[KnownMistake, ...]:
        second = [-1.0, 1.0]
        later, discount = DelayedReward().known_mistakes(gamma)
        (swapped,) = RewardFromAction().known_mistakes(gamma)
        return (
            later._replace(values=np.array([[0.0, 0.0], second])),
            discount._replace(values=np.array([[1.0, 1.0], second])),
            swapped._replace(values=np.array([[gamma, gamma], [1.0, -1.0]])),
            KnownMistake(
                "observation_and_action_mixed_up",
                np.zeros((2, 2)),
                "Two steps. The second brings 1 for action 1 and -1 for action 0, but both "
                "Q-values stay near 0. Does self.net learn, does only the action that was played "
                "learn, and are observation, action and reward of a batch from the same rows?",
            ),
        )


class TimeLimit(Probe):
    """Reward 1 for ever, cut after each step by the time limit: is truncation no end?"""

    check = "a_time_limit"
    mistake = "wrong_beyond_the_limit"
    message = (
        "Every step is rewarded with 1, and the time limit cuts each episode after its first: "
        "Q should be 1 / (1 - gamma), because the pole still stands."
    )

    def start(self, random: np.random.Generator, n: int) -> np.ndarray:
        return _rows(np.ones(n))

    def step(self, observation: np.ndarray, action: np.ndarray) -> Outcome:
        n = len(action)
        return Outcome(
            np.ones(n, np.float32), observation, np.zeros(n, dtype=bool), np.ones(n, dtype=bool)
        )

    def values(self, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        return _rows(np.ones(1)), np.full((1, 2), 1 / (1 - gamma))

    def known_mistakes(self, gamma: float) -> tuple[KnownMistake, ...]:
        return (
            KnownMistake(
                "nothing_after_the_limit",
                np.ones((1, 2)),
                Message(
                    "The time limit cut the episode, but it would have gone on: Q should be "
                    "{value:.1f}, yours is 1, the reward alone. Does a truncated step count on "
                    "V(s'), as only a terminated one does not? Does the target network follow?",
                    value=1 / (1 - gamma),
                ),
            ),
        )


#: From the simplest to the hardest, each of which asks for one thing more.
PROBES: tuple[Probe, ...] = (
    ConstantReward(),
    RewardFromObservation(),
    DelayedReward(),
    RewardFromAction(),
    RewardFromBoth(),
    TimeLimit(),
)
#: The same things in two trainings, where each takes its time to be compiled.
FEW_PROBES: tuple[Probe, ...] = (DelayedRewardFromAction(), TimeLimit())


@dataclass(frozen=True)
class ProbedAgent:
    """How a unit's agent is probed.

    make: a fresh agent with this discount, which learns in every `train` and fast.
    values: its Q-values of some observations, (m, 4) to (m, 2). rounds: calls of `train`.
    """

    make: Callable[[Student, float], StudentObject]
    values: Callable[[Student, StudentObject, np.ndarray], object]
    rounds: int = 60
    gamma: float = 0.5


def learned_values(
    student: Student, agent: ProbedAgent, probe: Probe, random: np.random.Generator
) -> object:
    """The Q-values that a fresh agent learns in a probe; all actions are equally likely."""
    learner = agent.make(student, agent.gamma)
    observation = probe.start(random, EPISODES)
    calls: list[MethodCall] = [("start_episode", (observation,))]
    for _ in range(agent.rounds):
        action = random.integers(2, size=EPISODES)
        outcome = probe.step(observation, action)
        step = Transition(observation, action, *outcome, episode=np.arange(EPISODES))
        calls.append(("train", (step,)))
        observation = outcome.next_observation
        if np.any(outcome.terminated | outcome.truncated):
            observation = probe.start(random, EPISODES)
            calls.append(("start_episode", (observation,)))
    learner.call_many(calls)
    return agent.values(student, learner, probe.values(agent.gamma)[0])


def check_names(probes: Sequence[Probe] = PROBES) -> list[str]:
    """What the checks of these probes are called."""
    return [f"probe_{number}_{probe.check}" for number, probe in enumerate(probes, 1)]


def add_probe_checks(task: Task, agent: ProbedAgent, probes: Sequence[Probe] = PROBES) -> None:
    """One check for each probe. They give no points: what fails here is charged elsewhere.

    A probe is asked when the task's own checks and the probes before it have passed.
    """
    needs = tuple(check.name for check in task.checks)
    for name, probe in zip(check_names(probes), probes, strict=True):
        task.check(name, points=0, needs=needs)(ProbeCheck(agent, probe).learns_its_values)
        needs = (*needs, name)


@dataclass(frozen=True)
class ProbeCheck:
    """Whether an agent learns the Q-values of one probe."""

    agent: ProbedAgent
    probe: Probe

    def learns_its_values(self, student: Student, random: np.random.Generator) -> None:
        """Raise CheckFailed unless a fresh agent does, in one of a few trainings."""
        for training in range(TRAININGS):
            try:
                return self._expect_learned(learned_values(student, self.agent, self.probe, random))
            except CheckFailed:
                if training == TRAININGS - 1:
                    raise

    def _expect_learned(self, found: object) -> None:
        """Raise CheckFailed unless these are the probe's values."""
        probe = self.probe
        right = probe.values(self.agent.gamma)[1]
        if not isinstance(found, np.ndarray) or found.shape != right.shape:
            expected = Message("There should be {shape} values.", shape=right.shape)
            raise CheckFailed(probe.mistake, Message.joined(probe.message, expected))
        learned = np.array2string(found, precision=1, suppress_small=True, separator=", ")
        expect_close(
            found,
            right,
            probe.mistake,
            Message.joined(probe.message, Message("Yours are {values}.", values=learned)),
            known_mistakes=probe.known_mistakes(self.agent.gamma),
            tolerance=TOLERANCE,
        )


def _rows(signal: np.ndarray) -> np.ndarray:
    """(n,) numbers as (n, 4) observations."""
    return np.repeat(np.asarray(signal, dtype=np.float32)[:, None], WIDTH, axis=1)


def _last(observation: np.ndarray, reward: np.ndarray) -> Outcome:
    """The outcome of a step that terminates every episode."""
    n = len(reward)
    ended = np.ones(n, dtype=bool)
    return Outcome(reward.astype(np.float32), observation, ended, np.zeros(n, dtype=bool))
