"""Choosing actions in actor_critic: the network's values come along."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close
from autograder.checks.task import check
from autograder.units.shared.networks import observations, relu
from autograder.units.shared.policies import ActTask, Policy
from autograder.units.shared.tensors import expect_tensor
from autograder.worker.interface import Layer, Student, StudentObject, Tensor


class ActWithValuesTask(ActTask):
    """`choose_action(net, observation)`: actions, their log-probabilities, values; (n,) each."""

    network_class = "ActorCriticNetwork"
    results = (*ActTask.results, "values")

    def network(
        self, student: Student, policy: Policy, random: np.random.Generator
    ) -> StudentObject:
        """The policy with a critic beside it, which shares its hidden layer."""
        return self._with_critic(student, policy, _critic(random))

    def _log_probabilities_of_others(
        self, student: Student, network: StudentObject, observation: np.ndarray
    ) -> tuple[KnownMistake, ...]:
        _, values = student.call(network, Tensor(observation))
        return (
            KnownMistake(
                "results_in_another_order",
                np.asarray(values),
                "The second result holds the values. The order is: actions, their "
                "log-probabilities, values.",
            ),
        )

    @check(points=1)
    def value_of_the_critic(self, student: Student, random: np.random.Generator) -> None:
        policy, critic = Policy.draw(random), _critic(random)
        network = self._with_critic(student, policy, critic)
        observation = observations(random, 6)
        weight, bias = policy.layers[0]
        values = (relu(observation @ weight + bias) @ critic[0] + critic[1])[:, 0]
        found = student.gradients("choose_action", network, observation, network=network, output=2)
        expect_close(
            found.value,
            values,
            "wrong_value",
            "The third result should be the values, as the network returned them.",
            known_mistakes=(
                KnownMistake(
                    "likeliest_probability",
                    policy.probabilities(observation).max(axis=1),
                    "The third result is the largest probability of each row. It should be the "
                    "values, as the network returned them: probs, value = net(...).",
                ),
            ),
        )
        expect(
            any(gradient is not None for gradient in found.parameters.values()),
            "value_cut_off",
            "The values no longer depend on the network: no_grad(), .detach(), .item(), numpy() "
            "or a new torch.tensor(...) cut them off, and the critic will never learn. They are "
            "detached later, and only in the advantage.",
        )
        actions = student.call_ref("choose_action", network, observation, output=0)
        expect_tensor(actions, "The actions")

    def _with_critic(self, student: Student, policy: Policy, critic: Layer) -> StudentObject:
        return student.network(
            list(policy.layers), softmax=True, critic=critic, like=self.network_class
        )


def _critic(random: np.random.Generator) -> Layer:
    return random.normal(size=(8, 1)).astype(np.float32), np.full(1, 0.1, np.float32)
