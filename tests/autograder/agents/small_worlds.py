"""Worlds that are no cart poles, small agents that learn them, and rules that do without learning.

The agents' code is text, because it runs in this process and in the sandbox.
"""

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box

from autograder.agents.decider import Mean, Table
from autograder.agents.learning_check import DelayedRewardTest, RandomRewardTest
from autograder.agents.rule import AgentRule
from autograder.agents.world import GradedWorld
from helpers import Training, World

#: Walks along a cliff: numbered states, no time limit of its own, every reward negative, and all
#: episodes begin in the same place. The best score is -13.
CLIFF = World.of(
    "CliffWalking-v1", time_limit=100, threshold=-13, best_reward=-1, deterministic=True
)
TABULAR = AgentRule(
    points=6,
    training=Training(episodes=2_000, environments=4, checkpoint_every=1_000),
    threshold=-13,
    world=GradedWorld.of(CLIFF),
    decider=Table("q"),
    learning_test=DelayedRewardTest(),
    factory="make_agent",
    trainings=1,
)
TABULAR_AGENTS = """
import numpy as np
from helpers import AbstractAgent

class QLearning(AbstractAgent):
    def __init__(self, n_states=48, epsilon=0.1, rate=0.5):
        self.q = np.zeros((n_states, 4))
        self.epsilon, self.rate = epsilon, rate

    def act(self, observation, explore=True):
        actions = self.q[observation].argmax(axis=1)
        if explore:
            any_action = np.random.random(len(actions)) < self.epsilon
            actions = np.where(any_action, np.random.randint(4, size=len(actions)), actions)
        return actions

    def train(self, t):
        following = np.where(t.terminated, 0.0, self.q[t.next_observation].max(axis=1))
        target = t.reward + following
        np.add.at(
            self.q, (t.observation, t.action),
            self.rate * (target - self.q[t.observation, t.action]),
        )

def make_agent():
    return QLearning()

WAY = np.full(48, 2)  # down, once the last column is reached
WAY[36], WAY[24:35] = 0, 1  # up, along the cliff

class ByHand(QLearning):
    def act(self, observation, explore=True):
        return WAY[observation]

def by_hand():
    return ByHand()

class BroughtAlong(QLearning):
    def __init__(self):
        super().__init__()
        self.q = 5.0 * np.eye(4)[WAY]

    def act(self, observation, explore=True):
        return self.q[observation].argmax(axis=1)

    def train(self, t):
        pass

def brought_along():
    return BroughtAlong()

def other_table():
    return QLearning(n_states=20)

def no_table():
    agent = QLearning()
    agent.act, agent.train, agent.q = (lambda s, explore=True: WAY[s]), (lambda t: None), None
    return agent
"""


class FollowTheSlope(gym.Env):
    """Three numbers, and an action between -1 and 1 that should be a sum of them; five steps."""

    observation_space = Box(-1, 1, (3,), np.float32)
    action_space = Box(-1, 1, (1,), np.float32)
    slope = np.array([0.2, -0.3, 0.45])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self._observe(), {}

    def step(self, action):
        reward = -float((action[0] - self.seen @ self.slope) ** 2)
        return self._observe(), reward, False, False, {}

    def _observe(self):
        self.seen = self.np_random.uniform(-1, 1, size=3).astype(np.float32)
        return self.seen


SLOPE = "tests/FollowTheSlope-v0"
if SLOPE not in gym.registry:
    gym.register(id=SLOPE, entry_point=FollowTheSlope, max_episode_steps=5, reward_threshold=-0.1)

CONTINUOUS = AgentRule(
    points=6,
    training=Training(episodes=6_000, environments=30, checkpoint_every=1_500),
    threshold=-0.1,
    world=GradedWorld.of(SLOPE),
    decider=Mean(),
    learning_test=RandomRewardTest(),
    trainings=1,
)
CONTINUOUS_AGENTS = """
import numpy as np
from helpers import AbstractAgent

class Linear:
    def __init__(self, weight):
        self.weight = np.array(weight, np.float32)

    def __call__(self, observation):
        return observation @ self.weight

    def get_weights(self):
        return [self.weight]

    def set_weights(self, weights):
        (self.weight,) = weights

class Reinforce(AbstractAgent):
    spread, rate, gamma = 0.3, 0.003, 0.5

    def __init__(self, weight=((0.0,), (0.0,), (0.0,))):
        self.net = Linear(weight)

    def start_episode(self, observation):
        self.steps = []

    def act(self, observation, explore=True):
        mean = self.net(observation)
        if explore:
            mean = mean + self.spread * np.random.normal(size=mean.shape)
        return np.clip(mean, -1, 1)

    def train(self, t):
        self.steps.append(t)
        if (t.terminated | t.truncated).all():
            self.learn()

    def learn(self):
        following = 0.0
        for t in reversed(self.steps):
            following = t.reward + self.gamma * following
            advantage = following - following.mean()
            error = (t.action - self.net(t.observation)) / self.spread**2
            step = t.observation.T @ (error * advantage[:, None])
            self.net.weight = self.net.weight + (self.rate * step).astype(np.float32)

def make_agent():
    return Reinforce()

class LearnsNothing(Reinforce):
    def learn(self):
        pass

def brought_along():
    return LearnsNothing([[0.2], [-0.3], [0.45]])

class ByHand(LearnsNothing):
    def act(self, observation, explore=True):
        return np.clip(0.5 * observation[:, :1], -1, 1)

def by_hand():
    return ByHand()

class TooFar(Reinforce):
    def act(self, observation, explore=True):
        return super().act(observation, explore) + 1.5

def too_far():
    return TooFar()

class NoNumber(Reinforce):
    def act(self, observation, explore=True):
        return np.full((len(observation), 1), np.nan)

def no_number():
    return NoNumber()

class Flat(Reinforce):
    def act(self, observation, explore=True):
        return super().act(observation, explore)[:, 0]

def flat():
    return Flat()
"""
