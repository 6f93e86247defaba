"""Whether an agent that plays well has learned it: asked of fresh agents, in other circumstances.

Weights can also be found by trying, and a controller can find out the disguise while it seems to
be trained. Neither learns anything where the rewards are about something else.
"""

from __future__ import annotations

from collections.abc import Callable

import gymnasium as gym
import numpy as np

from autograder.agents.greedy_check import PolicyIgnoresNetwork, values_of
from autograder.agents.rule import AgentRule, Learns
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.agents import AbstractAgent, Transition

#: Rewarded by chance: so many fresh agents, each with so many episodes of two steps side by side.
LUCKY_AGENTS = 64
LUCKY_EPISODES = 16
#: What agents that follow their rewards reach at least, on average over those agents. Measured on
#: the references: 0.44 and 0.41, with standard deviations of 0.02 and 0.03; on agents that do not
#: look ahead: 0, with 0.04.
FOLLOWED = 0.2
#: Rewarded in the long run: so many episodes of two steps side by side, and batches of them,
#: before the agent is asked; at most so many times. The references reach 0.95 to 0.99 at the first
#: time; agents that do not look ahead follow the rule by chance, 0.4 to 0.6 of the times.
DELAYED_EPISODES = 8
DELAYED_BATCHES = 300
DELAYED_ROUNDS = 4
#: What is won or lost. Between the cart pole's 1 for each step and its returns, up to 100: agents
#: that learn their rewards in hundredths notice it within one round, and slow ones that learn them
#: as they are within four.
DELAYED_REWARD = 4.0
#: The part of its greedy actions that must follow the rule, of so many.
DELAYED_ASKED = 500
DELAYED_RIGHT = 0.95
#: How far from the first observations the second ones lie, and how much they vary.
DELAYED_DISTANCE = 2.0
DELAYED_SPREAD = 0.1

AgentProxy = Callable[[StudentObject, int], AbstractAgent]


class DoesNotLearn(PolicyIgnoresNetwork):
    """The agent reached the threshold, but does not learn from its rewards."""


def expect_learning(
    rule: AgentRule, student: Student, proxy: AgentProxy, random: np.random.Generator
) -> None:
    """Raise DoesNotLearn unless fresh agents learn in the way that the unit teaches."""
    if rule.learns is Learns.PROBABILITIES:
        _expect_reinforces(rule, student, proxy, random)
    elif rule.learns is Learns.VALUES:
        _expect_looks_ahead(rule, student, proxy, random)


def _expect_reinforces(
    rule: AgentRule, student: Student, proxy: AgentProxy, random: np.random.Generator
) -> None:
    """A policy gradient makes what was rewarded by chance likelier, and what was punished rarer.

    Raises DoesNotLearn for agents that do not look ahead, and for those that find their
    weights in another way, by trying or by knowing better: rewards that mean nothing teach these
    nothing.
    """
    width, n_actions = sizes_of(rule.environment)
    followed = [
        _followed(rule, student, proxy, random, width, n_actions) for _ in range(LUCKY_AGENTS)
    ]
    if not np.mean(followed) > FOLLOWED:
        raise DoesNotLearn(
            "actions that were rewarded do not become likelier, punished ones not rarer"
        )


def _followed(
    rule: AgentRule,
    student: Student,
    proxy: AgentProxy,
    random: np.random.Generator,
    width: int,
    n_actions: int,
) -> float:
    """How far a fresh agent's probabilities moved the way of the rewards: -1 to 1, about 0.4.

    Those of the first actions, rewarded a step later: a discounted return reaches back to them.
    """
    made = _fresh(rule, student)
    agent = proxy(made, n_actions)
    first, second = random.normal(size=(2, LUCKY_EPISODES, width)).astype(np.float32)
    rewards = random.choice([-1.0, 1.0], size=LUCKY_EPISODES)
    before = _log_probabilities(rule, student, made, first, n_actions)
    agent.start_episode(first)
    chosen = np.asarray(agent.act(first))
    agent.train(_step(first, chosen, np.zeros_like(rewards), second, ends=False))
    agent.train(_step(second, np.asarray(agent.act(second)), rewards, second, ends=True))
    agent.get_weights()  # what is still to be learned is learned now
    after = _log_probabilities(rule, student, made, first, n_actions)
    moved = (after - before)[np.arange(LUCKY_EPISODES), chosen]  # (episodes,)
    return float(np.sum(moved * rewards) / max(np.sum(np.abs(moved)), 1e-12))


def _log_probabilities(
    rule: AgentRule,
    student: Student,
    made: StudentObject,
    observation: np.ndarray,
    n_actions: int,
) -> np.ndarray:
    """The network's log-probabilities of all actions, (n, width) to (n, n_actions)."""
    values = values_of(rule, student, made, observation)
    if not isinstance(values, np.ndarray) or values.shape != (len(observation), n_actions):
        raise PolicyIgnoresNetwork("`agent.net` does not give one value per action")
    return np.log(np.clip(values.astype(np.float64), 1e-8, 1.0))


def _expect_looks_ahead(
    rule: AgentRule, student: Student, proxy: AgentProxy, random: np.random.Generator
) -> None:
    """Learn a drawn rule whose reward comes a step later, whatever is done then.

    The second observation of an episode shows whether the first action was right. Only who adds
    the value of what comes next learns that action. Raises DoesNotLearn for who does not, and
    for who finds weights in another way.
    """
    width, n_actions = sizes_of(rule.environment)
    agent = proxy(_fresh(rule, student), n_actions)
    rewarding = random.normal(size=width)
    after_right = DELAYED_DISTANCE * random.choice([-1.0, 1.0], size=width)
    others = random.normal(size=(DELAYED_ASKED, width)).astype(np.float32)
    for _ in range(DELAYED_ROUNDS):
        for _ in range(DELAYED_BATCHES):
            first = random.normal(size=(DELAYED_EPISODES, width)).astype(np.float32)
            agent.start_episode(first)
            action = np.asarray(agent.act(first))
            sign = np.where(action == (first @ rewarding > 0), 1.0, -1.0)  # (episodes,)
            reward = DELAYED_REWARD * sign
            noise = random.normal(scale=DELAYED_SPREAD, size=first.shape)
            second = (sign[:, None] * after_right + noise).astype(np.float32)
            agent.train(_step(first, action, np.zeros_like(reward), second, ends=False))
            agent.train(_step(second, np.asarray(agent.act(second)), reward, second, ends=True))
        chosen = np.asarray(agent.act(others, explore=False))
        if np.mean(chosen == (others @ rewarding > 0)) >= DELAYED_RIGHT:
            return
    raise DoesNotLearn("an action that is rewarded a step later is not chosen more often")


def _fresh(rule: AgentRule, student: Student) -> StudentObject:
    made = student.call(rule.factory)
    if not isinstance(made, StudentObject):
        raise StudentError("TypeError", f"{rule.factory}() must return an agent")
    return made


def _step(
    observation: np.ndarray,
    action: np.ndarray,
    reward: np.ndarray,
    next_observation: np.ndarray,
    ends: bool,
) -> Transition:
    """A step with which every episode ends, or none."""
    return Transition(
        observation=observation,
        action=action,
        reward=reward.astype(np.float32),
        next_observation=next_observation,
        terminated=np.full(len(action), ends),
        truncated=np.zeros(len(action), dtype=bool),
        episode=np.arange(len(action)),
    )


def sizes_of(environment: str) -> tuple[int, int]:
    """Width of the observation and number of actions."""
    env = gym.make(environment)
    assert isinstance(env.observation_space, gym.spaces.Box)
    assert isinstance(env.action_space, gym.spaces.Discrete)
    return env.observation_space.shape[0], int(env.action_space.n)
