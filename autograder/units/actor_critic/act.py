"""Choosing actions in actor_critic: the network's values come along."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import expect, expect_close
from autograder.checks.task import check
from autograder.units.shared.networks import observations, relu
from autograder.units.shared.policies import ActTask, Policy
from autograder.worker.interface import Student, StudentObject


class ActWithValuesTask(ActTask):
    """`choose_action(net, observation)`: actions, their log-probabilities, values; (n,) each."""

    results = (*ActTask.results, "values")

    def network(
        self, student: Student, policy: Policy, random: np.random.Generator
    ) -> StudentObject:
        """The policy with a critic beside it, which shares its hidden layer."""
        critic = random.normal(size=(8, 1)).astype(np.float32), np.zeros(1, np.float32)
        return student.network(list(policy.layers), softmax=True, critic=critic)

    @check(points=1)
    def value_of_the_critic(self, student: Student, random: np.random.Generator) -> None:
        hidden, policy, critic = (
            (random.normal(size=shape).astype(np.float32), np.full(shape[1], 0.1, np.float32))
            for shape in ((4, 8), (8, 2), (8, 1))
        )
        network = student.network([hidden, policy], softmax=True, critic=critic)
        observation = observations(random, 6)
        features = relu(observation @ hidden[0] + hidden[1])
        right = (features @ critic[0] + critic[1])[:, 0]
        found = student.gradients("choose_action", network, observation, network=network, output=2)
        expect_close(
            found.value,
            right,
            "wrong_value",
            "The third result should be the values, as the network returned them.",
        )
        expect(
            any(gradient is not None for gradient in found.parameters.values()),
            "value_cut_off",
            "The values no longer depend on the network: no_grad(), .detach(), .item() or numpy() "
            "cut them off, and the critic will never learn. They are detached later, and only in "
            "the advantage.",
        )
