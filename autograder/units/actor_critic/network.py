"""The network of actor_critic: one hidden layer, a head for the policy and one for the critic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.dense_network import (
    PROBABILITIES,
    Activation,
    DenseNetwork,
    identity,
)
from autograder.units.shared.networks import (
    Linear,
    layers_of,
    observations,
    redraw,
    relu,
    through,
)
from autograder.units.shared.probabilities import expect_finite, expect_probabilities
from autograder.worker.interface import Student, StudentObject, Tensor


class ForwardTask(Task):
    """`ActorCriticNetwork(hidden_size, n_actions)`: (batch, n_actions) and (batch,)."""

    requires = ("ActorCriticNetwork",)

    @check(points=1, blocking=True)
    def probabilities_and_one_value_for_each_observation(
        self, student: Student, random: np.random.Generator
    ) -> None:
        for n_actions, rows in ((2, 5), (3, 5), (3, 1)):
            network = _network(student, n_actions)
            probs, values = _outputs(network(Tensor(observations(random, rows))))
            _expect_shapes(probs, values, rows, n_actions)

    @check(points=1)
    def each_row_sums_to_one(self, student: Student, random: np.random.Generator) -> None:
        network = _network(student)
        redraw(network, random)
        probs, _ = _outputs(network(Tensor(observations(random))))
        expect_probabilities(probs, head="policy")

    @check(points=1)
    def probabilities_are_what_the_layers_say(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = _network(student)
        redraw(network, random)
        heads = TwoHeads.of(network)
        expect(
            heads.hidden[0].weight.shape == (4, 7)
            and heads.policy[0].weight.shape[0] == heads.critic[0].weight.shape[0] == 7
            and heads.policy[-1].weight.shape[1] == 3,
            "sizes_ignored",
            "With hidden_size=7 and n_actions=3 the hidden layer should be Linear(4, 7), policy "
            "Linear(7, 3) and critic Linear(7, 1). Use the arguments, not fixed numbers.",
        )
        x = observations(random)
        dense = DenseNetwork((*heads.hidden, *heads.policy), PROBABILITIES, last="policy")
        probs, _ = _outputs(network(Tensor(x)))
        expect_close(
            probs,
            dense(x),
            "wrong_probabilities",
            "The probabilities are not what your layers compute. The order is: hidden layer, ReLU, "
            "policy, softmax. Each takes the result of the one before.",
            known_mistakes=dense.known_mistakes(x),
            tolerance=1e-3,
        )

    @check(points=1)
    def values_are_what_the_critic_says(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = _network(student)
        redraw(network, random)
        x = observations(random, 8)
        heads = TwoHeads.of(network).centred(network, x)
        _, values = _outputs(network(Tensor(x)))
        expect_close(
            values,
            heads.values(x),
            "wrong_values",
            "The values are not what the critic's layer computes from the hidden layer's output.",
            known_mistakes=heads.wrong_values(x),
            tolerance=1e-3,
        )

    @check(points=0)
    def large_values_stay_finite(self, student: Student, random: np.random.Generator) -> None:
        network = _network(student, n_actions=2)
        redraw(network, random, scale=100.0)
        expect_finite(*_outputs(network(Tensor(observations(random)))))


@dataclass(frozen=True)
class TwoHeads:
    """The layers of a student's network; usually each part is a single one."""

    hidden: tuple[Linear, ...]
    policy: tuple[Linear, ...]
    critic: tuple[Linear, ...]

    @classmethod
    def of(cls, network: StudentObject) -> TwoHeads:
        """The layers by their names. Raises CheckFailed if a part is missing."""
        parameters = network.parameters()
        parts = [
            [array for name, array in parameters.items() if part_of(name) == part]
            for part in ("hidden", "policy", "critic")
        ]
        expect(
            all(parts),
            "layers_missing",
            "There should be three layers: a hidden one, and after it the two heads self.policy "
            "and self.critic.",
        )
        hidden, policy, critic = (tuple(layers_of(part, "torch")) for part in parts)
        return cls(hidden, policy, critic)

    def centred(self, network: StudentObject, x: np.ndarray) -> TwoHeads:
        """Shift the critic's last bias so that half of the values are negative.

        Otherwise an activation after the critic might not show.
        """
        middle = np.median(self.values(x)).astype(np.float32)
        bias = bias_name(network.parameters())
        network.set_parameters({bias: network.parameters()[bias] - middle})
        return TwoHeads.of(network)

    def values(self, x: np.ndarray, activation: Activation = relu) -> np.ndarray:
        """The critic's values, (n, 4) to (n,); activation: after the hidden layers."""
        return through(list(self.critic), self._hidden(x, activation))[:, 0]

    def wrong_values(self, x: np.ndarray) -> tuple[KnownMistake, ...]:
        """What typical mistakes answer instead of the values."""
        right = self.values(x)
        probs = DenseNetwork((*self.hidden, *self.policy), PROBABILITIES, last="policy")(x)
        return (
            KnownMistake(
                "activation_on_the_value",
                relu(right),
                "There is a ReLU after the critic. A value may be negative (worse than usual): no "
                "activation after the critic.",
            ),
            KnownMistake(
                "activation_on_the_value",
                np.tanh(right),
                "There is a tanh after the critic. A value may be any number: no activation after "
                "the critic.",
            ),
            KnownMistake(
                "softmax_on_the_value",
                np.ones(len(x)),
                "All values are 1, as from a softmax over a single number. No activation after "
                "the critic.",
            ),
            KnownMistake(
                "value_from_the_policy",
                probs.max(axis=1),
                "The value is the largest probability. It should come from the critic's own layer.",
            ),
            KnownMistake(
                "relu_missing",
                self.values(x, identity),
                "The critic gets the hidden layer's output without its ReLU.",
            ),
        )

    def _hidden(self, x: np.ndarray, activation: Activation) -> np.ndarray:
        return activation(through(list(self.hidden), x.astype(np.float64), activation))


def probabilities_of_net(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    """The probabilities of `agent.net` for each observation: (n, 4) to (n, n_actions)."""
    return _outputs(student.call_method(agent, "net", Tensor(observation)))[0]


def bias_name(parameters: Mapping[str, np.ndarray]) -> str:
    """The critic's last bias."""
    return [name for name, array in parameters.items() if part_of(name) == "critic"][-1]


def part_of(name: str) -> str:
    """The part of the network that the parameter belongs to."""
    head = name.split(".")[0]
    return head if head in ("policy", "critic") else "hidden"


def _network(student: Student, n_actions: int = 3) -> StudentObject:
    network = student.call("ActorCriticNetwork", hidden_size=7, n_actions=n_actions)
    if not isinstance(network, StudentObject):
        raise CheckFailed(
            "no_network",
            "ActorCriticNetwork(...) should make a network. Does the class still inherit from "
            "nn.Module?",
        )
    return network


def _outputs(answer: object) -> list[np.ndarray]:
    """The network's two outputs: probabilities and values."""
    if not isinstance(answer, list) or len(answer) != 2:
        raise CheckFailed(
            "not_two_outputs",
            "The network should return two things: return probs, value.",
        )
    if not all(isinstance(item, np.ndarray) for item in answer):
        raise CheckFailed("not_two_outputs", "Probabilities and values should both be tensors.")
    return answer


def _expect_shapes(probs: np.ndarray, values: np.ndarray, rows: int, n_actions: int) -> None:
    expect(
        probs.shape != (rows,) or values.shape != (rows, n_actions),
        "outputs_swapped",
        "The probabilities come first, then the values: return probs, value.",
    )
    expect_shape(
        probs,
        (rows, n_actions),
        "wrong_output_shape",
        Message(
            "{rows} observations should give {rows} rows with one probability for each action.",
            rows=rows,
        ),
    )
    expect(
        values.shape != (rows, 1),
        "value_has_an_extra_dimension",
        Message(
            "The values have shape ({rows}, 1). They should have ({rows},): returns of shape (T,) "
            "minus values of shape (T, 1) would silently make a whole table (T, T). Write "
            ".squeeze(-1) after the critic.",
            rows=rows,
        ),
    )
    single = "One observation should give one value, of shape (1,): .squeeze(-1), not .squeeze()."
    several = Message("{rows} observations should give {rows} values.", rows=rows)
    expect_shape(values, (rows,), "wrong_value_shape", single if rows == 1 else several)
