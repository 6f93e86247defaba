"""The naive agent of dqn_keras: no memory, no target network."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_close
from autograder.checks.task import Task, check
from autograder.units.dqn_keras.agents import (
    BATCH,
    GAMMA,
    SETTINGS,
    for_targets,
    last_bias,
    own_learn_is_right,
    use_plain_descent,
)
from autograder.units.shared.keras_networks import ones
from autograder.units.shared.networks import redraw
from autograder.units.shared.q_agent import (
    changed,
    network_of,
    transitions,
)
from autograder.worker.interface import Student, StudentObject, Tensor


class NaiveTask(Task):
    """The agent without memory and target network."""

    requires = ("AdvancedQAgent",)

    @check(points=1, blocking=True)
    def learns_from_the_last_steps(self, student: Student, random: np.random.Generator) -> None:
        agent = _naive_agent(student)
        net = network_of(agent, "net")
        before = net.parameters()
        agent.call("train", transitions(random, BATCH))
        expect(
            changed(before, net.parameters()),
            "nothing_learned",
            "self.memory holds a whole batch, but replay changes no weight of self.net: call "
            "learn(self.net, ...) with the batch and its targets.",
        )

    @check(points=1)
    def targets_are_those_of_the_batch(self, student: Student, random: np.random.Generator) -> None:
        agent = _naive_agent(student)
        net = network_of(agent, "net")
        steps = transitions(random, BATCH)
        redraw(net, random, scale=0.3)
        if not own_learn_is_right(student, random):
            return  # checked at its own exercise
        own = np.asarray(student.call("td_targets", net, *for_targets(steps), GAMMA))
        values = np.asarray(net([Tensor(steps.observation), Tensor(ones(BATCH, 2))]))
        before = last_bias(net)
        use_plain_descent(net)
        agent.call("train", steps)
        error = values[np.arange(BATCH), steps.action] - own
        expect_close(
            before - last_bias(net),
            np.array([np.sum(error[steps.action == a]) for a in (0, 1)]) / BATCH,
            "wrong_batch",
            "replay learns, but not what the steps in self.memory say. Take the five parts in "
            "their order (observation, action, reward, next_observation, terminated), call "
            "td_targets(self.net, reward, next_observation, terminated, s.gamma), and learn these "
            "targets for observation and action.",
            tolerance=1e-3,
        )


def _naive_agent(student: Student) -> StudentObject:
    """A fresh agent with small batches, whose network learns without being compiled."""
    agent = student.call("AdvancedQAgent", student.call("Settings", **SETTINGS))
    if not isinstance(agent, StudentObject):
        raise CheckFailed("no_agent", "AdvancedQAgent(...) should make an agent.")
    network_of(agent, "net").set("run_eagerly", True)
    return agent
