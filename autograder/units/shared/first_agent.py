"""An agent for a single environment: it plays an episode, then learns from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_close
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.agents import AgentKind, make_agent
from autograder.units.shared.episode_agent import (
    EpisodeAgent,
    expect_asked,
    expect_cleared,
    shape_of,
)
from autograder.units.shared.examples.reading import ONE_EPISODE
from autograder.units.shared.networks import against_the_limits, observations
from autograder.worker.interface import (
    Returned,
    Scaled,
    Student,
    StudentError,
    StudentObject,
    Tensor,
)
from helpers.agents import Transition


class Lesson(ABC):
    """One episode that the agent learns from, with doubles for what its loss is made of.

    agent: before the episode. returns: what `normalise` answers, (steps,).
    """

    agent: EpisodeAgent
    returns: np.ndarray

    @abstractmethod
    def drawn(self, step: int) -> Sequence[Scaled]:
        """What `choose_action` returns after the action in this step, (1,) each."""

    @property
    @abstractmethod
    def learned(self) -> int:
        """How often the loss was computed."""

    @abstractmethod
    def expect_given(self) -> None:
        """Raise CheckFailed unless the loss was computed from the whole episode."""

    @property
    @abstractmethod
    def expected(self) -> tuple[float, ...]:
        """How far one step for the loss moves the weights along each of the agent's directions."""

    @abstractmethod
    def expect_step(self) -> None:
        """Raise CheckFailed unless the weights moved by one step down the loss."""


class FirstAgentTask(Task, ABC):
    """The class of `kind`: acts, remembers, and learns when its episode has ended."""

    kind: AgentKind
    examples = (ONE_EPISODE,)

    def __init__(self, name: str) -> None:
        super().__init__(name, requires=(self.kind.agent_class,))

    @abstractmethod
    def lesson(self, agent: EpisodeAgent, random: np.random.Generator, steps: int) -> Lesson:
        """Put the doubles of the loss in place; within `student.doubles()`."""

    @check(points=0, blocking=True)
    def plays_the_action_that_was_drawn(
        self, student: Student, random: np.random.Generator
    ) -> None:
        drawn = random.permutation([0, 1] * 5)
        with student.doubles():
            agent = EpisodeAgent.make(student, self.kind, random)
            lesson = self.lesson(agent, random, len(drawn))
            results = tuple(
                (Tensor(np.array([action])), *lesson.drawn(step))
                for step, action in enumerate(drawn)
            )
            choose = student.double("choose_action", ("net", "observation"), Returned(results))
            start = observations(random, 1)
            agent.handle.call("start_episode", start)
            actions = [agent.act(start)]
            expect_asked(agent, choose, start)
            actions += [agent.act(start) for _ in drawn[1:]]
            expect(
                np.array_equal(np.concatenate(actions), drawn),
                "other_action",
                "act should return the action that choose_action drew: the log-probability "
                "belongs to this one.",
            )

    @check(points=0, blocking=True)
    def learns_when_its_episode_has_ended(
        self, student: Student, random: np.random.Generator
    ) -> None:
        found = {ending: self._learned(student, random, ending) for ending in ENDINGS}
        for ending, counts in found.items():
            expect(
                not any(counts[:-1]),
                "learns_too_early",
                Message(
                    "The agent learned after step {step} of an episode of {steps} steps, before "
                    "its end. Only then does it know what each step was worth: ask "
                    "transition.terminated[0] and transition.truncated[0].",
                    step=1 + sum(count == 0 for count in counts),
                    steps=ending.steps,
                ),
            )
        waiting = [ending for ending, counts in found.items() if counts[-1] == 0]
        expect(
            len(waiting) < len(ENDINGS),
            "never_learns",
            "The episode has ended, but no loss was computed. When the transition is terminated or "
            "truncated, compute the loss with your own functions and do an optimizer step.",
        )
        for ending in waiting:
            expect(
                ending.name != BOTH,
                "waits_where_both",
                "An episode that is terminated and truncated at once ends, too, but your agent "
                "goes on waiting. Write `or`: ^ and != leave out the case that both are true.",
            )
            raise CheckFailed(
                f"waits_where_{ending.name}",
                Message(
                    "An episode that is {name} ends, too, but your agent goes on waiting. It has "
                    "ended when it is terminated or truncated.",
                    name=ending.name,
                ),
            )
        expect(
            all(counts[-1] == 1 for counts in found.values()),
            "learns_twice",
            "The loss was computed more than once after one episode. Learn once, from all steps.",
        )

    @check(points=1)
    def learns_from_each_of_its_steps(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            agent = EpisodeAgent.make(student, self.kind, random)
            agent.handle.set("gamma", GAMMA)
            first = self.lesson(agent, random, 4)
            _learn(first, random, Ending("terminated", 4))
            first.expect_step()
            moved = agent.moved()
            agent = agent.from_here()
            _break_off(self.lesson(agent, random, 2), random)
            second = self.lesson(agent, random, 3)
            _learn(second, random, Ending("truncated", 3))
            # Whatever the first step made of its loss, the second one should make of its own.
            expected = np.multiply(moved.shares(first.expected), second.expected)
            expect_cleared(agent.moved().amounts, expected, np.array(moved.amounts))
            third = self.lesson(agent.from_here(), random, 3)
            _learn_beside(third, make_agent(student, self.kind, random), random)

    def _learned(self, student: Student, random: np.random.Generator, ending: Ending) -> list[int]:
        """How often the loss had been computed after each step, (ending.steps,)."""
        with student.doubles():
            agent = EpisodeAgent.make(student, self.kind, random)
            lesson = self.lesson(agent, random, ending.steps)
            counts: list[int] = []
            try:
                _play(lesson, random, ending, _Returns.put(lesson, random), counts)
            except (CheckFailed, StudentError):
                if not lesson.learned:
                    raise
            # What went wrong once the loss was computed is asked in the next check.
            return counts + [lesson.learned] * (ending.steps - len(counts))


class Ending(NamedTuple):
    """How an episode ends, and after how many steps."""

    name: str
    steps: int


#: The name of an episode that ends in both ways with the same step.
BOTH = "both"
#: One after the other; a name is the field of the transition that is true at the end. The first one
#: is longer than the fixed numbers of steps after which other algorithms learn.
ENDINGS = (Ending("terminated", 150), Ending("truncated", 2), Ending(BOTH, 3))
#: An episode that nobody plays to its end.
BROKEN_OFF = "broken off"
#: The agent's discount: not the one that is usual.
GAMMA = 0.7


class _Returns(NamedTuple):
    """Doubles for the functions that make returns of rewards."""

    rewards: list[float]
    raw: np.ndarray  # what discounted_returns answers, (steps,)
    discounted: StudentObject
    normalised: StudentObject

    @classmethod
    def put(cls, lesson: Lesson, random: np.random.Generator) -> _Returns:
        """Put them in place."""
        student, steps = lesson.agent.student, len(lesson.returns)
        raw = random.uniform(5, 9, size=steps).astype(np.float32)
        return cls(
            [float(np.float32(reward)) for reward in random.uniform(1, 3, size=steps)],
            raw,
            student.double("discounted_returns", ("rewards", "gamma"), Returned((Tensor(raw),))),
            student.double("normalise", ("returns",), Returned((Tensor(lesson.returns),))),
        )

    def expect_given(self) -> None:
        """Raise CheckFailed unless they got the rewards of this episode, the first one first."""
        for double, name in (
            (self.discounted, "discounted_returns"),
            (self.normalised, "normalise"),
        ):
            expect(
                double.get("count") != 0,
                "returns_not_used",
                Message("train did not call {name}. Use your own function.", name=name),
            )
        rewards = self.discounted.call("given", 0, "rewards")
        given = np.array(rewards, np.float64) if isinstance(rewards, list) else rewards
        expect(
            shape_of(given) == (len(self.rewards),),
            "other_rewards",
            Message(
                "discounted_returns was not given one reward for each step of the episode, but "
                "{given}. Keep the rewards in a list, and empty it in start_episode.",
                given=rewards,
            ),
        )
        right = np.array(self.rewards)
        expect(
            not np.allclose(given[:-1], right[:-1]) or np.isclose(given[-1], right[-1]),
            "last_reward_changed",
            Message(
                "discounted_returns was given {given:.3g} as the last reward, but it was "
                "{right:.3g}. At the end, too, append transition.reward[0] as it is: add no value "
                "of the next state.",
                given=given[-1],
                right=right[-1],
            ),
        )
        expect_close(
            given,
            right,
            "other_rewards",
            "discounted_returns should be given the rewards of this episode, the first one first: "
            "transition.reward[0] of each step.",
        )
        self._expect_discount()
        expect_close(
            self.normalised.call("given", 0, "returns"),
            self.raw,
            "other_returns",
            "normalise should be given what discounted_returns returned.",
        )

    def _expect_discount(self) -> None:
        """Raise CheckFailed unless the rewards were discounted by the agent's own discount."""
        gamma = self.discounted.call("given", 0, "gamma")
        expect(
            gamma is not None,
            "fixed_discount",
            "discounted_returns was called without gamma, so its default counts, not the agent's "
            "discount: give it self.gamma.",
        )
        expect(
            abs(float(gamma) - GAMMA) < 1e-6,
            "fixed_discount",
            Message(
                "discounted_returns was given gamma = {gamma}, but the agent's discount "
                "self.gamma is {right}.",
                gamma=gamma,
                right=GAMMA,
            ),
        )


def _play(
    lesson: Lesson,
    random: np.random.Generator,
    ending: Ending,
    returns: _Returns,
    counts: list[int],
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Play one episode, and note after each step how often the loss had been computed.

    meanwhile: what else happens after each step.
    """
    agent = lesson.agent
    results = tuple(
        (Tensor(random.integers(2, size=1)), *lesson.drawn(step)) for step in range(ending.steps)
    )
    agent.student.double("choose_action", ("net", "observation"), Returned(results))
    agent.handle.call("start_episode", observations(random, 1))
    for transition in _transitions(ending, returns.rewards, random):
        action = agent.act(transition.observation)
        agent.train(transition._replace(action=action))
        counts.append(lesson.learned)
        meanwhile()


def _break_off(lesson: Lesson, random: np.random.Generator) -> None:
    """Begin an episode that does not end: the next one is all that the agent should learn from."""
    ending = Ending(BROKEN_OFF, len(lesson.returns))
    _play(lesson, random, ending, _Returns.put(lesson, random), [])


def _learn_beside(lesson: Lesson, other: StudentObject, random: np.random.Generator) -> None:
    """Play an episode while another agent begins its own: they should not share their memory.

    Call it for an agent that has learned rightly from an episode alone.
    """
    returns = _Returns.put(lesson, random)

    def begin() -> None:
        other.call("start_episode", observations(random, 1))

    try:
        _play(lesson, random, Ending("terminated", len(lesson.returns)), returns, [], begin)
        returns.expect_given()
        lesson.expect_given()
    except (CheckFailed, StudentError) as error:
        raise CheckFailed(
            "shared_memory",
            "When a second agent begins its episode, the first one loses what it remembers. Lists "
            "that are made in the class body, or outside the class, belong to all agents: make "
            "them in start_episode, self.rewards = [].",
        ) from error


def _learn(lesson: Lesson, random: np.random.Generator, ending: Ending) -> None:
    """Play one episode and ask what the agent learned from."""
    returns = _Returns.put(lesson, random)
    try:
        _play(lesson, random, ending, returns, [])
    except (CheckFailed, StudentError):
        if lesson.learned:  # wrong arguments are often the cause
            returns.expect_given()
            lesson.expect_given()
        raise
    returns.expect_given()
    lesson.expect_given()


def _transitions(
    ending: Ending, rewards: list[float], random: np.random.Generator
) -> Iterator[Transition]:
    """The steps of the episode, a row each."""
    observation = observations(random, 1)
    for step, reward in enumerate(rewards):
        ends = np.array([step == ending.steps - 1])
        following = against_the_limits(random.normal(size=observation.shape), ends)
        yield Transition(
            observation=observation,
            action=np.zeros(1, np.int64),
            reward=np.array([reward], np.float32),
            next_observation=following,
            terminated=ends & (ending.name in ("terminated", BOTH)),
            truncated=ends & (ending.name in ("truncated", BOTH)),
            episode=np.array([0]),
        )
        observation = following
