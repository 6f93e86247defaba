"""tabular_q: Q-learning with a table, along a cliff (Sutton & Barto 2018, section 6.5)."""

from __future__ import annotations

from autograder.agents.decider import Table
from autograder.agents.learning_check import DelayedRewardTest
from autograder.agents.rule import AgentRule
from autograder.agents.world import GradedWorld
from autograder.units import Unit
from helpers import Training, World
from my_course.tabular_q.actions import EpsilonGreedy, Greedy
from my_course.tabular_q.agent import QLearning
from my_course.tabular_q.learning import TdTarget, Update
from my_course.tabular_q.table import QTable

#: The environment has no time limit of its own; each step costs 1, so the shortest way scores -13.
CLIFF = World.of(
    "CliffWalking-v1", time_limit=200, threshold=-13, best_reward=-1, deterministic=True
)

UNIT = Unit(
    name="tabular_q",
    assignment="tabular_q",
    title="Q-learning with a table",
    about="an agent that finds the shortest way along a cliff",
    framework=None,
    tasks=(
        QTable("tabular_q/q_table"),
        Greedy("tabular_q/greedy"),
        EpsilonGreedy("tabular_q/epsilon_greedy"),
        TdTarget("tabular_q/td_target"),
        Update("tabular_q/update"),
        QLearning("tabular_q/q_learning"),
    ),
    agent=AgentRule(
        points=6,
        world=GradedWorld.of(CLIFF),
        decider=Table("q"),
        training=Training(episodes=1_000, max_steps=10_000, checkpoint_every=1_000),
        threshold=-13,
        learning_test=DelayedRewardTest(),
    ),
)
