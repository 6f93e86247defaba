"""The network of actor_critic: one hidden layer, a head for the policy and one for the critic."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.units.shared.networks import (
    Linear,
    layers_of,
    observations,
    redraw,
    relu,
    softmax,
    through,
)
from autograder.worker.interface import Student, StudentObject, Tensor

forward = Task("actor_critic/forward", requires=("ActorCriticNetwork",))


@forward.check("probabilities_and_one_value_for_each_observation", points=1, blocking=True)
def probabilities_and_values(student: Student, random: np.random.Generator) -> None:
    for n_actions, rows in ((2, 5), (3, 5), (3, 1)):
        network = student.call("ActorCriticNetwork", hidden_size=7, n_actions=n_actions)
        expect(
            isinstance(network, StudentObject),
            "no_network",
            "ActorCriticNetwork(...) should make a network: does the class still inherit "
            "nn.Module?",
        )
        probs, value = _two(network(Tensor(observations(random, rows))))
        expect(
            np.shape(probs) != (rows,) or np.shape(value) != (rows, n_actions),
            "outputs_swapped",
            "The probabilities come first, then the values: return probs, value.",
        )
        expect_shape(
            probs,
            (rows, n_actions),
            "wrong_output_shape",
            f"{rows} observations should give {rows} rows with one probability for each action.",
        )
        expect(
            np.shape(value) != (rows, 1),
            "value_has_an_extra_dimension",
            f"The values have shape ({rows}, 1); they should have ({rows},). Later, returns of "
            "shape (T,) minus values of shape (T, 1) would make a whole table (T, T), without any "
            "error. Write .squeeze(-1) after the critic.",
        )
        expect_shape(
            value,
            (rows,),
            "wrong_value_shape",
            f"{rows} observations should give {rows} values"
            + (", also if there is only one: .squeeze(-1), not .squeeze()." if rows == 1 else "."),
        )


@forward.check("each_row_sums_to_one", points=1)
def each_row_sums_to_one(student: Student, random: np.random.Generator) -> None:
    network = student.call("ActorCriticNetwork", hidden_size=7, n_actions=3)
    redraw(network, random)
    probs, _ = _two(network(Tensor(observations(random))))
    expect(
        not np.allclose(probs.sum(axis=0), 1, atol=1e-4),
        "softmax_over_the_batch",
        "The columns sum to one, the rows do not: the softmax runs over the batch (dim=0). Each "
        "observation needs its own probabilities: dim=-1.",
    )
    expect(
        not np.all(probs <= 0),
        "log_softmax",
        "These are logarithms of probabilities: use softmax, not log_softmax.",
    )
    expect(
        bool(np.all(probs >= 0) and np.allclose(probs.sum(axis=1), 1, atol=1e-4)),
        "no_softmax",
        "The numbers of a row should be probabilities: none negative, sum one. Is there a softmax "
        "over the last dimension after policy?",
    )


@forward.check("probabilities_are_what_the_layers_say", points=1)
def probabilities_are_what_the_layers_say(student: Student, random: np.random.Generator) -> None:
    network = student.call("ActorCriticNetwork", hidden_size=7, n_actions=3)
    redraw(network, random)
    trunk, policy, critic = _layers(network)
    expect(
        trunk[0].weight.shape == (4, 7)
        and policy[0].weight.shape[0] == critic[0].weight.shape[0] == 7
        and policy[-1].weight.shape[1] == 3,
        "sizes_ignored",
        "With hidden_size=7 and n_actions=3 the hidden layer should be Linear(4, 7), policy "
        "Linear(7, 3) and critic Linear(7, 1): use the arguments, not fixed numbers.",
    )
    x = observations(random)
    hidden, without = _hidden(trunk, x, relu), _hidden(trunk, x, lambda y: y)
    logits = through(policy, hidden)
    probs, _ = _two(network(Tensor(x)))
    expect_close(
        probs,
        softmax(logits),
        "wrong_probabilities",
        "The probabilities are not what the layers say. The way is: hidden layer, ReLU, policy, "
        "softmax, each fed with the result of the one before.",
        known_mistakes=(
            KnownMistake(
                "relu_missing",
                softmax(through(policy, without)),
                "The ReLU after the hidden layer is missing: without it two linear layers are no "
                "more than one.",
            ),
            KnownMistake(
                "relu_on_logits",
                softmax(relu(logits)),
                "There is a ReLU after policy, too: it cuts every negative value, and the network "
                "can no longer say that an action is bad. Softmax alone comes last.",
            ),
            KnownMistake(
                "softmax_twice",
                softmax(softmax(logits)),
                "The softmax is applied twice: the network can then never be sure of an action.",
            ),
            KnownMistake(
                "tanh_instead_of_relu",
                softmax(through(policy, _hidden(trunk, x, np.tanh))),
                "The hidden layer uses tanh; this exercise asks for ReLU.",
            ),
        ),
        tolerance=1e-3,
    )


@forward.check("values_are_what_the_critic_says", points=1)
def values_are_what_the_critic_says(student: Student, random: np.random.Generator) -> None:
    network = student.call("ActorCriticNetwork", hidden_size=7, n_actions=3)
    redraw(network, random)
    trunk, policy, critic = _layers(network)
    x = observations(random, 8)
    hidden = _hidden(trunk, x, relu)
    # Half of the values negative: otherwise an activation behind the critic might not show.
    middle = np.median(through(critic, hidden)).astype(np.float32)
    bias = bias_name(network.parameters())
    network.set_parameters({bias: network.parameters()[bias] - middle})
    trunk, policy, critic = _layers(network)
    probs = softmax(through(policy, hidden))
    raw = _hidden(trunk, x, lambda y: y)
    right = through(critic, hidden)[:, 0]
    _, value = _two(network(Tensor(x)))
    expect_close(
        value,
        right,
        "wrong_values",
        "The values are not what the critic's layer says of the hidden layer's output.",
        known_mistakes=(
            KnownMistake(
                "activation_on_the_value",
                relu(right),
                "There is a ReLU behind the critic. A value may be negative (worse than usual): "
                "no activation after the critic.",
            ),
            KnownMistake(
                "activation_on_the_value",
                np.tanh(right),
                "There is a tanh behind the critic. A value may be any number: no activation after "
                "the critic.",
            ),
            KnownMistake(
                "softmax_on_the_value",
                np.ones(8),
                "All values are 1: a softmax over a single number always is. No activation after "
                "the critic.",
            ),
            KnownMistake(
                "value_from_the_policy",
                probs.max(axis=1),
                "The value is the largest probability. It should come from the critic's own layer.",
            ),
            KnownMistake(
                "relu_missing",
                through(critic, raw)[:, 0],
                "The critic sees the hidden layer without its ReLU.",
            ),
        ),
        tolerance=1e-3,
    )


@forward.check("large_values_stay_finite", points=0)
def large_values_stay_finite(student: Student, random: np.random.Generator) -> None:
    network = student.call("ActorCriticNetwork", hidden_size=7, n_actions=2)
    redraw(network, random, scale=100.0)
    probs, value = _two(network(Tensor(observations(random))))
    expect(
        bool(np.all(np.isfinite(probs)) and np.all(np.isfinite(value))),
        "softmax_overflows",
        "With large weights you get nan or inf: exp overflows. F.softmax is safe, your own formula "
        "is not.",
    )


def probabilities_of_net(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    """What the policy head of `agent.net` says of each observation: (n, 4) to (n, n_actions)."""
    return _two(student.call_method(agent, "net", Tensor(observation)))[0]


def bias_name(parameters: Mapping[str, np.ndarray]) -> str:
    """The critic's last bias."""
    return [name for name, array in parameters.items() if part_of(name) == "critic"][-1]


def part_of(name: str) -> str:
    """To which part of the network the parameter belongs."""
    head = name.split(".")[0]
    return head if head in ("policy", "critic") else "hidden"


def _two(answer: object) -> list[np.ndarray]:
    """The network's two answers: probabilities and values."""
    if not isinstance(answer, list) or len(answer) != 2:
        raise CheckFailed(
            "not_two_outputs",
            "The network should return two things: return probs, value.",
        )
    if not all(isinstance(item, np.ndarray) for item in answer):
        raise CheckFailed("not_two_outputs", "Probabilities and values should both be tensors.")
    return answer


def _layers(network: StudentObject) -> tuple[list[Linear], list[Linear], list[Linear]]:
    """The hidden layer (or layers), the policy head and the critic head."""
    parameters = network.parameters()
    parts = [
        [array for name, array in parameters.items() if part_of(name) == part]
        for part in ("hidden", "policy", "critic")
    ]
    expect(
        all(parts),
        "layers_missing",
        "There should be three layers: a hidden one, and behind it the two heads self.policy and "
        "self.critic.",
    )
    trunk, policy, critic = (layers_of(part, "torch") for part in parts)
    return trunk, policy, critic


def _hidden(
    trunk: list[Linear], x: np.ndarray, activation: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    return activation(through(trunk, x.astype(np.float64), activation))
