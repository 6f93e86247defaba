"""The network of actor_critic: one hidden layer, a head for the policy and one for the critic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.dense_network import PROBABILITIES, VALUES, DenseNetwork, closest
from autograder.units.shared.examples.networks import SOFTMAX, TWO_HEADS
from autograder.units.shared.networks import (
    WIDTH,
    Linear,
    arrangements,
    layers_of,
    observations,
    redraw,
    relu,
)
from autograder.units.shared.probabilities import (
    expect_different,
    expect_finite,
    expect_probabilities,
)
from autograder.units.shared.usage import (
    expect_all_trained,
    expect_first_layer,
    expect_steady,
    trained_by,
)
from autograder.worker.interface import Student, StudentObject, Tensor


class ForwardTask(Task):
    """`ActorCriticNetwork(hidden_size, n_actions)`: (batch, n_actions) and (batch,)."""

    requires = ("ActorCriticNetwork",)
    examples = (SOFTMAX, TWO_HEADS)

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
        expect_different(probs)

    @check(points=1, needs=("each_row_sums_to_one",))
    def probabilities_are_what_the_layers_say(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = _network(student)
        redraw(network, random)
        x = observations(random)
        expect_first_layer(network)
        expect_steady(network, x)
        trained = Trained.by(student, network, x)
        probs, _ = _outputs(network(Tensor(x)))
        dense = closest(trained.policy(), PROBABILITIES, "policy", x, probs).centred(network, x)
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
        redraw(network, random, scale=100.0)
        expect_finite(*_outputs(network(Tensor(x))))

    @check(points=1)
    def values_are_what_the_critic_says(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = _network(student)
        redraw(network, random)
        x = observations(random, 8)
        expect_first_layer(network)
        expect_steady(network, x)
        trained = Trained.by(student, network, x)
        probs, values = _outputs(network(Tensor(x)))
        expect(
            not np.allclose(values, probs.max(axis=1)),
            "value_from_the_policy",
            "The value is the largest probability. It should come from the critic's own layer.",
        )
        trained.expect_shared_layer()
        dense = closest(trained.critic(), VALUES, "critic", x, values[:, None])
        dense = dense.centred(network, x)
        _, values = _outputs(network(Tensor(x)))
        expect_close(
            values,
            dense(x)[:, 0],
            "wrong_values",
            "The values are not what the critic's layer computes from the hidden layer's output.",
            known_mistakes=_wrong_values(dense, x),
            tolerance=1e-3,
        )


@dataclass(frozen=True)
class Trained:
    """Which of a network's parameters each of its two outputs trains."""

    student: Student
    network: StudentObject
    x: np.ndarray  # (batch, 4)
    by_probs: set[str]
    by_values: set[str]

    @classmethod
    def by(cls, student: Student, network: StudentObject, x: np.ndarray) -> Trained:
        """Ask for the gradients of both outputs."""
        return cls(
            student, network, x, *(trained_by(student, network, x, output) for output in (0, 1))
        )

    def policy(self) -> list[list[Linear]]:
        """The ways to read the layers from an observation to the policy's logits."""
        return self._ways(self.by_probs, outputs=3, head="policy")

    def critic(self) -> list[list[Linear]]:
        """The ways to read the layers from an observation to the critic's value."""
        return self._ways(self.by_values, outputs=1, head="critic")

    def expect_shared_layer(self) -> None:
        """Raise CheckFailed unless both heads train a layer, and each one of its own."""
        expect_all_trained(self.student, self.network, self.x, self.by_probs | self.by_values)
        for head, own, other, what in (
            ("policy", self.by_probs, self.by_values, "values"),
            ("critic", self.by_values, self.by_probs, "probabilities"),
        ):
            expect(
                bool(own - other),
                "layers_missing",
                Message(
                    "Every layer that the output of {head} depends on also changes the {what}. "
                    "Either {head} has no layer of its own, or the {what} are computed from its "
                    "output. Both heads should read the hidden layer, each with its own layer.",
                    head=head,
                    what=what,
                ),
            )
        self._expect_not_cut_off()
        expect(
            bool(self.by_probs & self.by_values),
            "hidden_layer_not_shared",
            "No layer is trained by both heads. Actor and critic should share one hidden layer, "
            "and it should learn from both.",
        )

    def _expect_not_cut_off(self) -> None:
        """Raise CheckFailed if the hidden layer is shared, but one head does not train it."""
        parameters = self.network.parameters()
        for name, first in parameters.items():
            if WIDTH not in first.shape or name in self.by_probs & self.by_values:
                continue
            before = _outputs(self.network(Tensor(self.x)))
            self.network.set_parameters({name: first + np.float32(1)})
            after = _outputs(self.network(Tensor(self.x)))
            self.network.set_parameters({name: first})
            expect(
                any(np.allclose(old, new) for old, new in zip(before, after, strict=True)),
                "hidden_layer_not_shared",
                Message(
                    "Both heads use {name}, but only one of them trains it: no gradient reaches it "
                    "from the {what}. It should learn from both: no .detach() and no no_grad() in "
                    "forward.",
                    name=name,
                    what="values" if name in self.by_probs else "probabilities",
                ),
            )

    def _ways(self, names: set[str], outputs: int, head: str) -> list[list[Linear]]:
        parameters = self.network.parameters()
        arrays = [array for name, array in parameters.items() if name in names]
        layers_of(arrays, "torch")  # refuses what is no linear layer
        ways = [
            layers
            for layers in arrangements(arrays, "torch")
            if layers[0].weight.shape == (4, 7) and layers[-1].weight.shape[1] == outputs
        ]
        if not ways:
            expect_all_trained(self.student, self.network, self.x, self.by_probs | self.by_values)
        expect(
            len(ways) > 0 and len(ways[0]) > 1,
            "sizes_ignored",
            Message(
                "With hidden_size=7 and n_actions=3 the hidden layer should be Linear(4, 7), and "
                "{head} Linear(7, {outputs}), which takes the hidden layer's output. Use the "
                "arguments, not fixed numbers.",
                head=head,
                outputs=outputs,
            ),
        )
        return ways


def probabilities_of_net(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    """The probabilities of `agent.net` for each observation: (n, 4) to (n, n_actions)."""
    return _outputs(student.call_method(agent, "net", Tensor(observation)))[0]


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
            "With n_actions={n_actions}, {rows} observations should give {rows} rows of "
            "{n_actions} probabilities.",
            rows=rows,
            n_actions=n_actions,
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


def _wrong_values(critic: DenseNetwork, x: np.ndarray) -> tuple[KnownMistake, ...]:
    """What typical mistakes answer instead of the values."""
    right = critic(x)[:, 0]
    between = (
        item._replace(values=item.values[:, 0])
        for item in critic.known_mistakes(x)
        if item.mistake.endswith(("relu_missing", "instead_of_relu"))
    )
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
            "There is a tanh after the critic. A value may be any number: no activation after the "
            "critic.",
        ),
        KnownMistake(
            "softmax_on_the_value",
            np.ones(len(x)),
            "All values are 1, as from a softmax over a single number. No activation after the "
            "critic.",
        ),
        *between,
    )
