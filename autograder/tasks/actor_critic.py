"""actor_critic: REINFORCE with a learned baseline (Sutton & Barto 2018, section 13.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.rules import AgentRule
from autograder.student.interface import Student, StudentError, StudentObject, Tensor
from autograder.tasks.answers import choice_task
from autograder.tasks.base import Task, Wrong, WrongAnswer, expect, expect_close, expect_shape
from autograder.tasks.networks import (
    Linear,
    layers_of,
    observations,
    redraw,
    relu,
    softmax,
    through,
)
from autograder.tasks.policies import ACTIONS_AND_LOG_PROBABILITIES, action_task
from autograder.tasks.saving import network_of, save_task
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "torch"

forward = Task("actor_critic/forward", needs=("ActorCriticNetwork",))


@forward.check("probabilities_and_one_value_for_each_observation", points=1, essential=True)
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
        otherwise=(
            WrongAnswer(
                "relu_missing",
                softmax(through(policy, without)),
                "The ReLU after the hidden layer is missing: without it two linear layers are no "
                "more than one.",
            ),
            WrongAnswer(
                "relu_on_logits",
                softmax(relu(logits)),
                "There is a ReLU after policy, too: it cuts every negative value, and the network "
                "can no longer say that an action is bad. Softmax alone comes last.",
            ),
            WrongAnswer(
                "softmax_twice",
                softmax(softmax(logits)),
                "The softmax is applied twice: the network can then never be sure of an action.",
            ),
            WrongAnswer(
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
    bias = _bias_name(network.parameters())
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
        otherwise=(
            WrongAnswer(
                "activation_on_the_value",
                relu(right),
                "There is a ReLU behind the critic. A value may be negative (worse than usual): "
                "no activation after the critic.",
            ),
            WrongAnswer(
                "activation_on_the_value",
                np.tanh(right),
                "There is a tanh behind the critic. A value may be any number: no activation after "
                "the critic.",
            ),
            WrongAnswer(
                "softmax_on_the_value",
                np.ones(8),
                "All values are 1: a softmax over a single number always is. No activation after "
                "the critic.",
            ),
            WrongAnswer(
                "value_from_the_policy",
                probs.max(axis=1),
                "The value is the largest probability. It should come from the critic's own layer.",
            ),
            WrongAnswer(
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


advantage = Task("actor_critic/advantage", needs=("advantage",))


@advantage.check("return_minus_value", points=1, essential=True)
def return_minus_value(student: Student, random: np.random.Generator) -> None:
    for dtype in (np.float32, np.float64):
        returns, values = random.normal(size=(2, 6)).astype(dtype)
        right = returns - values
        expect_close(
            student.call("advantage", Tensor(returns), Tensor(values)),
            right,
            "wrong_advantage",
            "The advantage of each step is its return minus its value: six of each give six "
            "advantages.",
            otherwise=(
                WrongAnswer(
                    "sign_flipped",
                    -right,
                    "The sign is flipped: a step that went better than the critic expected has a "
                    "positive advantage, so it is return minus value.",
                ),
                WrongAnswer(
                    "values_ignored",
                    returns,
                    "These are the returns: the critic's values are not taken off.",
                ),
                WrongAnswer(
                    "distance_instead_of_difference",
                    np.abs(right),
                    "These are distances. Whether it went better or worse is what the sign says: "
                    "keep it.",
                ),
                WrongAnswer(
                    "distance_instead_of_difference",
                    right**2,
                    "These are squared differences, as in a loss. The advantage is the difference "
                    "itself, with its sign.",
                ),
                WrongAnswer(
                    "whole_table",
                    returns - values[:, np.newaxis],
                    "Every return minus every value: one of the two has an extra dimension.",
                ),
            ),
        )


@advantage.check("no_gradient_through_the_value", points=1)
def no_gradient_through_the_value(student: Student, random: np.random.Generator) -> None:
    returns, values = random.normal(size=(2, 6)).astype(np.float32)
    expect(
        not _leaks(student, returns, values),
        "value_not_detached",
        "The right numbers, but they still know the critic: a gradient flows through the value, "
        "and the actor's loss would teach the critic to say what suits the actor. Take "
        "values.detach().",
    )


losses = Task("actor_critic/losses", needs=("losses",))


@losses.check("two_single_numbers", points=0, essential=True)
def two_single_numbers(student: Student, random: np.random.Generator) -> None:
    for loss in _losses(student, *_steps(random)):
        expect_shape(
            loss,
            (),
            "not_a_number",
            "Each loss is one number for all steps together: take the mean.",
        )


@losses.check("loss_of_the_policy", points=1)
def loss_of_the_policy(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    found, _ = _losses(student, log_probs, advantages, values, returns)
    right = -np.mean(advantages * log_probs)
    n = len(returns)
    wrong = (
        WrongAnswer(
            "sign_flipped",
            -right,
            "The sign is flipped: an optimizer makes the loss small, and you want advantage times "
            "log-probability to become large. Put a minus in front.",
        ),
        WrongAnswer(
            "returns_instead_of_advantages",
            -np.mean(returns * log_probs),
            "That is REINFORCE without a critic: weigh the log-probabilities with the advantages, "
            "not with the returns.",
        ),
        WrongAnswer(
            "values_instead_of_advantages",
            -np.mean(values * log_probs),
            "The log-probabilities are weighed with the values; it should be the advantages.",
        ),
        WrongAnswer(
            "probability_instead_of_log",
            -np.mean(advantages * np.exp(log_probs)),
            "log_probs are logarithms already, and the formula wants the logarithms: no exp.",
        ),
        WrongAnswer(
            "advantages_ignored",
            -np.mean(log_probs),
            "The advantages are missing: each step's log-probability is weighed with its own.",
        ),
        WrongAnswer(
            "losses_swapped",
            smooth_l1(values - returns).mean(),
            "That is the critic's loss. The policy's comes first: return policy_loss, value_loss.",
        ),
    )
    _expect_mean_or_sum(
        found,
        right,
        n,
        "wrong_policy_loss",
        "The policy's loss should be the mean over the steps of minus advantage times "
        "log-probability.",
        wrong,
    )


@losses.check("loss_of_the_critic", points=1)
def loss_of_the_critic(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    _, found = _losses(student, log_probs, advantages, values, returns)
    errors = values - returns
    wrong = (
        WrongAnswer(
            "squared_error",
            np.mean(errors**2),
            "That is the mean squared error. A few wild returns would rule it; take "
            "F.smooth_l1_loss.",
        ),
        WrongAnswer(
            "squared_error",
            np.mean(errors**2) / 2,
            "That is half the squared error, also for errors above 1: take F.smooth_l1_loss.",
        ),
        WrongAnswer(
            "absolute_error",
            np.mean(np.abs(errors)),
            "That is the mean absolute error; F.smooth_l1_loss is quadratic near zero.",
        ),
        WrongAnswer(
            "values_against_advantages",
            smooth_l1(values - advantages).mean(),
            "You compare the values with the advantages. The critic should foretell the returns.",
        ),
        WrongAnswer(
            "advantages_against_returns",
            smooth_l1(advantages - returns).mean(),
            "You compare the advantages with the returns: the values are missing.",
        ),
        WrongAnswer(
            "sign_flipped",
            -smooth_l1(errors).mean(),
            "The critic's loss is negative: it would learn to be as wrong as it can.",
        ),
    )
    _expect_mean_or_sum(
        found,
        smooth_l1(errors).mean(),
        len(returns),
        "wrong_value_loss",
        "The critic's loss should be F.smooth_l1_loss(values, returns).",
        wrong,
    )


@losses.check("both_means_or_both_sums", points=0)
def both_means_or_both_sums(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    n = len(returns)
    ratios = [
        float(found / right)
        for found, right in zip(
            _losses(student, log_probs, advantages, values, returns),
            (-np.mean(advantages * log_probs), smooth_l1(values - returns).mean()),
            strict=True,
        )
    ]
    sums = [np.isclose(ratio, n, rtol=1e-3) for ratio in ratios]
    means = [np.isclose(ratio, 1, rtol=1e-3) for ratio in ratios]
    if sums == [False, True] and means == [True, False]:
        heard = "the critic's"
    elif sums == [True, False] and means == [False, True]:
        heard = "the policy's"
    else:
        return
    raise Wrong(
        "mean_and_sum_mixed",
        f"One loss is a mean, the other a sum: of thousands of steps only {heard} would be heard. "
        "Take two means (or two sums).",
    )


@losses.check("gradients_go_where_they_should", points=2)
def gradients_go_where_they_should(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    n = len(returns)
    of_policy = _slopes(student, 0, log_probs, advantages, values, returns)
    of_critic = _slopes(student, 1, log_probs, advantages, values, returns)
    expect(
        bool(np.any(of_policy[0] != 0)),
        "policy_graph_cut",
        "The policy's loss does not depend on the log-probabilities any more: .item(), .detach() "
        "or a new torch.tensor(...) cut the graph, and the policy would never learn.",
    )
    expect(
        bool(np.any(of_critic[2] != 0)),
        "critic_graph_cut",
        "The critic's loss does not depend on the values any more: .item(), .detach() or a new "
        "torch.tensor(...) cut the graph, and the critic would never learn.",
    )
    expect(
        not np.any(of_policy[2] != 0),
        "policy_teaches_the_critic",
        "The policy's loss has a gradient for the values. Use the advantages you are given; if you "
        "compute them again, the values must be detached.",
    )
    expect(
        not np.any(of_critic[0] != 0),
        "critic_teaches_the_policy",
        "The critic's loss has a gradient for the log-probabilities. It should know values and "
        "returns only.",
    )
    _expect_mean_or_sum(
        of_policy[0],
        -advantages / n,
        n,
        "wrong_policy_gradient",
        "The policy's loss should change with a step's log-probability by minus its advantage.",
    )
    _expect_mean_or_sum(
        of_critic[2],
        np.clip(values - returns, -1, 1) / n,
        n,
        "wrong_value_gradient",
        "The critic's loss should change with a value by its error, at most by 1: take "
        "F.smooth_l1_loss(values, returns).",
    )


update = Task("actor_critic/update", needs=("ACPolicy",))


@update.check("act_answers_and_remembers", points=1, essential=True)
def act_answers_and_remembers(student: Student, random: np.random.Generator) -> None:
    agent = student.call("ACPolicy")
    start = observations(random, 3)
    agent.call("start_episode", start)
    # The same seed twice: what choose_action answers here is what act must use and remember.
    seed = int(random.integers(2**31))
    student.seed(seed)
    chosen = student.call("choose_action", agent.get("net"), start)
    student.seed(seed)
    action = agent.call("act", start)
    expect(
        isinstance(action, np.ndarray) and action.shape == (3,) and action.dtype.kind in "iu",
        "wrong_actions",
        "act should return a NumPy array with one action for each row.",
    )
    memory = agent.get("memory")
    expect(
        isinstance(memory, list) and len(memory) == 1,
        "nothing_remembered",
        "After one call of act, self.memory should hold one entry: append a SavedAction with the "
        "log-probabilities and the values that choose_action returned.",
    )
    saved = memory[0]
    expect(
        isinstance(saved, list) and len(saved) == 2,
        "no_saved_action",
        "self.memory should hold SavedAction(log_prob, value).",
    )
    if not (isinstance(chosen, list) and len(chosen) == 3):
        return  # asked at its own exercise
    _, log_prob, value = chosen
    for item, right, other, name in (
        (saved[0], log_prob, value, "log_prob"),
        (saved[1], value, log_prob, "value"),
    ):
        if isinstance(right, np.ndarray) and isinstance(other, np.ndarray):
            expect_close(
                item,
                right,
                "wrong_memory",
                f"SavedAction.{name} is not what choose_action returned.",
                otherwise=(
                    WrongAnswer(
                        "saved_in_the_wrong_order",
                        other,
                        "SavedAction takes the log-probabilities first, then the values.",
                    ),
                ),
            )


@update.check("both_heads_learn_when_the_batch_has_ended", points=2, essential=True)
def both_heads_learn(student: Student, random: np.random.Generator) -> None:
    agent, start = _agent(student, random)
    before = _weights(agent)
    agent.call("start_episode", start)
    action = agent.call("act", start)
    try:
        _end(agent, start, action, random)
    except StudentError as error:
        expect(
            "inplace" not in error.message and "second time" not in error.message,
            "two_backwards",
            "The second backward() comes too late: the first one has used up the graph. Add the "
            "two losses, then one backward() and one step().",
        )
        raise
    expect(
        _optimizer_steps(agent) <= 1,
        "two_steps",
        "The optimizer made two steps. When it makes the second one, the weights are no longer "
        "those with which that loss was computed. Add the two losses, then one backward() and one "
        "step().",
    )
    after = _weights(agent)
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    expect(
        bool(moved),
        "step_missing",
        "All episodes have ended, but no weight has changed. In update: is there a backward() and, "
        "after it, self.optimizer.step()?",
    )
    for head, other in (("critic", "policy"), ("policy", "critic")):
        expect(
            any(name.startswith(head) for name in moved),
            f"{head}_not_trained",
            f"The {other} head learned, the {head} head did not move. Is its loss part of the sum "
            "that you call backward() on, and does SavedAction still know the network (no detach, "
            "no item)?",
        )


@update.check("the_policy_follows_the_advantage", points=1)
def the_policy_follows_the_advantage(student: Student, random: np.random.Generator) -> None:
    # The return is 1. A critic that expected -3 calls it good, one that expected 3 calls it bad.
    for value, mistake, message in (
        (
            -3.0,
            "policy_uphill",
            "The update makes your own policy_loss larger, not smaller. Call backward() on the sum "
            "of what losses(...) returned, without another minus.",
        ),
        (
            3.0,
            "advantage_not_used",
            "The critic expected more than came, but the actions were encouraged: the policy's "
            "loss got something else than the advantages. Hand losses(...) what advantage(...) "
            "returned.",
        ),
    ):
        agent, start = _agent(student, random, value=value)
        net = agent.get("net")
        seed = int(random.integers(2**31))
        student.seed(seed)
        rising = student.gradients("choose_action", net, start, network=net, output=1).parameters
        student.seed(seed)  # the same actions once more
        steps = _Steps.played(student, agent, start, np.ones(len(start), np.float32))
        slope = steps.slope_of_the_policy(student, steps.advantages(student))
        before = _weights(agent)
        steps.learn(agent)
        after = _weights(agent)
        rise = sum(
            float(np.sum((after[name] - before[name]) * gradient))
            for name, gradient in rising.items()
            if gradient is not None
        )
        expect(rise * slope <= 0, mistake, message)


@update.check("only_its_own_loss_moves_the_critic", points=1)
def only_its_own_loss_moves_the_critic(student: Student, random: np.random.Generator) -> None:
    # The critic says too much. Its own loss pulls it down, by at most 1 for each step. Through an
    # advantage that is not detached, the policy's loss pulls it up, by -log pi = 0.7 for each step.
    for value, mistake, message in (
        (
            2.0,
            "critic_uphill",
            "The update makes your own value_loss larger, not smaller. Add both losses, call "
            "backward() on the sum, without another minus.",
        ),
        (
            0.2,
            "policy_moves_the_critic",
            "The critic was moved by the policy's loss: a gradient flows through the value in the "
            "advantage. Take the advantages from your advantage(returns, values).",
        ),
    ):
        agent, start = _agent(student, random, value=value)
        steps = _Steps.played(student, agent, start, np.zeros(len(start), np.float32))
        if _leaks(student, steps.returns, steps.values(student)):
            return  # asked at its own exercise
        slope = steps.slope_of_the_critic(student)
        before = _critic_bias(agent)
        steps.learn(agent)
        expect((_critic_bias(agent) - before) * slope <= 0, mistake, message)


@update.check("old_gradients_are_cleared", points=1)
def old_gradients_are_cleared(student: Student, random: np.random.Generator) -> None:
    agent, start = _agent(student, random, value=0.0)
    n = len(start)
    first = _weights(agent)
    _Steps.played(student, agent, start, np.ones(n, np.float32)).learn(agent)
    second = _weights(agent)
    agent.get("net").set_parameters(first)
    # Now returns, values and advantages are 0, and with them the gradient: only what is left of
    # the one before can move the weights as far again. Adam's momentum alone takes two thirds.
    steps = _Steps.played(student, agent, start, np.zeros(n, np.float32))
    if steps.slope_of_the_policy(student, steps.advantages(student)) != 0:
        return  # their loss ignores the advantages: asked at its own exercise
    steps.learn(agent)
    third = _weights(agent)
    expect(
        _distance(first, third) < 0.95 * _distance(first, second) or _distance(first, second) == 0,
        "zero_grad_missing",
        "The gradients of the update before are still there: backward() adds to them. Call "
        "self.optimizer.zero_grad() before backward().",
    )


act = action_task("actor_critic", (*ACTIONS_AND_LOG_PROBABILITIES, "values"))


@act.check("value_of_the_critic", points=1)
def value_of_the_critic(student: Student, random: np.random.Generator) -> None:
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
        "The third result should be the values, as the network answered them.",
    )
    expect(
        any(gradient is not None for gradient in found.parameters.values()),
        "value_cut_off",
        "The values no longer know the network: no_grad(), .detach(), .item() or numpy() cut them "
        "off, and the critic will never learn. They are detached later, in the advantage only.",
    )


def probabilities_of_net(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    """What the policy head of `agent.net` says of each observation: (n, 4) to (n, n_actions)."""
    return _two(student.call_method(agent, "net", Tensor(observation)))[0]


TASKS = (
    forward,
    act,
    advantage,
    losses,
    update,
    save_task("actor_critic", "ACPolicy", points=1),
    choice_task("actor_critic/diagnosis", digest="6dcabf5e5cfbb4af"),
)

AGENT = AgentRule(
    points=6,
    training=Training(episodes=2_500, environments=16, max_steps=600_000, checkpoint_every=8_000),
    threshold=475.0,
    values=probabilities_of_net,
    policy_gradient=True,
)


def smooth_l1(errors: np.ndarray) -> np.ndarray:
    """Quadratic for errors below 1, linear beyond; Huber (1964)."""
    size = np.abs(errors)
    return np.where(size < 1, errors**2 / 2, size - 0.5)


def _two(answer: object) -> list[np.ndarray]:
    """The network's two answers: probabilities and values."""
    if not isinstance(answer, list) or len(answer) != 2:
        raise Wrong(
            "not_two_outputs",
            "The network should return two things: return probs, value.",
        )
    if not all(isinstance(item, np.ndarray) for item in answer):
        raise Wrong("not_two_outputs", "Probabilities and values should both be tensors.")
    return answer


def _layers(network: StudentObject) -> tuple[list[Linear], list[Linear], list[Linear]]:
    """The hidden layer (or layers), the policy head and the critic head."""
    parameters = network.parameters()
    parts = [
        [array for name, array in parameters.items() if _part(name) == part]
        for part in ("hidden", "policy", "critic")
    ]
    expect(
        all(parts),
        "layers_missing",
        "There should be three layers: a hidden one, and behind it the two heads self.policy and "
        "self.critic.",
    )
    trunk, policy, critic = (layers_of(part, FRAMEWORK) for part in parts)
    return trunk, policy, critic


def _part(name: str) -> str:
    """To which part of the network the parameter belongs."""
    head = name.split(".")[0]
    return head if head in ("policy", "critic") else "hidden"


def _hidden(
    trunk: list[Linear], x: np.ndarray, activation: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    return activation(through(trunk, x.astype(np.float64), activation))


def _steps(random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Log-probabilities, advantages, values and returns of a few steps, (8,) float32 each.

    Some errors of the values are below 1, some above.
    """
    log_probs = np.log(random.uniform(0.1, 0.9, size=8)).astype(np.float32)
    returns = random.normal(size=8).astype(np.float32)
    errors = random.uniform(0.2, 0.8, size=8) * random.choice([-1, 1], size=8)
    errors[:4] *= 4
    values = (returns + errors).astype(np.float32)
    return log_probs, returns - values, values, returns


def _losses(student: Student, *steps: np.ndarray) -> list[Any]:
    found = student.call("losses", *map(Tensor, steps))
    expect(
        isinstance(found, list) and len(found) == 2,
        "not_two_losses",
        "losses should return two things: return policy_loss, value_loss.",
    )
    return found


def _slopes(student: Student, output: int, *steps: np.ndarray) -> list[np.ndarray]:
    """How one of the student's losses changes with each of its arguments; 0 where it cannot."""
    found = student.gradients("losses", *map(Tensor, steps), output=output).arguments
    return [
        np.zeros(len(step)) if slope is None else slope
        for step, slope in zip(steps, found, strict=True)
    ]


def _expect_mean_or_sum(
    found: object,
    mean: np.ndarray,
    n: int,
    mistake: str,
    message: str,
    otherwise: tuple[WrongAnswer, ...] = (),
) -> None:
    """Expect this mean over n steps, or the sum: it learns alike, with another learning rate."""
    if isinstance(found, np.ndarray) and np.allclose(found, mean * n, rtol=1e-3, atol=1e-5):
        return
    sums = tuple(item._replace(values=item.values * n) for item in otherwise)
    expect_close(found, mean, mistake, message, otherwise=(*otherwise, *sums), tolerance=1e-3)


def _leaks(student: Student, returns: np.ndarray, values: np.ndarray) -> bool:
    """Whether the student's advantage lets a gradient through the values."""
    slope = student.gradients("advantage", Tensor(returns), Tensor(values)).arguments[1]
    return slope is not None and bool(np.any(slope != 0))


def _agent(
    student: Student, random: np.random.Generator, value: float | None = None
) -> tuple[StudentObject, np.ndarray]:
    """A fresh agent, and observations.

    value: what its critic shall say of every state; then its policy rates all actions alike, too.
    """
    agent = student.call("ACPolicy")
    net = network_of(agent)
    heads = {name: array for name, array in net.parameters().items() if _part(name) != "hidden"}
    expect(
        {_part(name) for name in heads} == {"policy", "critic"},
        "layers_missing",
        "The agent's network has no self.policy or no self.critic: first mend forward.",
    )
    if value is not None:
        parameters = {name: np.zeros_like(array) for name, array in heads.items()}
        parameters[_bias_name(heads)][:] = value
        net.set_parameters(parameters)
    return agent, observations(random, 6)


def _bias_name(parameters: Mapping[str, np.ndarray]) -> str:
    """The critic's last bias."""
    return [name for name, array in parameters.items() if _part(name) == "critic"][-1]


def _optimizer_steps(agent: StudentObject) -> int:
    """How many steps Adam has counted for the parameter that it moved most often."""
    state = agent.call("optimizer.state_dict")
    moments = state.get("state") if isinstance(state, dict) else None
    if not isinstance(moments, StudentObject):
        return 0
    kept = [moments.call("get", number) for number in range(len(_weights(agent)))]
    steps = [item.get("step") for item in kept if isinstance(item, dict)]
    return max((int(step) for step in steps if isinstance(step, np.ndarray)), default=0)


def _critic_bias(agent: StudentObject) -> float:
    parameters = _weights(agent)
    return float(parameters[_bias_name(parameters)].sum())


@dataclass(frozen=True)
class _Steps:
    """Steps played by the agent itself; what it computed stays on its side, graph and all."""

    held_log_probs: StudentObject
    held_values: StudentObject
    returns: np.ndarray  # (n,)

    @classmethod
    def played(
        cls, student: Student, agent: StudentObject, observation: np.ndarray, returns: np.ndarray
    ) -> _Steps:
        net = agent.get("net")
        held = [student.hold("choose_action", net, observation, output=i) for i in (1, 2)]
        for item in held:
            expect(
                np.shape(student.read(item)) == returns.shape,
                "act_is_wrong",
                "choose_action does not answer with one log-probability and one value for each row "
                "here: first mend the exercises forward and act.",
            )
        return cls(held[0], held[1], returns)

    def log_probs(self, student: Student) -> np.ndarray:
        return student.read(self.held_log_probs)

    def values(self, student: Student) -> np.ndarray:
        return student.read(self.held_values)

    def advantages(self, student: Student) -> np.ndarray:
        """As the student computes them."""
        found = student.call("advantage", Tensor(self.returns), Tensor(self.values(student)))
        return expect_shape(
            found, self.returns.shape, "advantage_is_wrong", "First mend the exercise advantage."
        )

    def slope_of_the_policy(self, student: Student, advantages: np.ndarray) -> float:
        """How the student's policy_loss changes when all log-probabilities grow."""
        values = self.values(student)
        slopes = _slopes(student, 0, self.log_probs(student), advantages, values, self.returns)
        return float(slopes[0].sum())

    def slope_of_the_critic(self, student: Student) -> float:
        """How the student's value_loss changes when all values grow."""
        values = self.values(student)
        advantages = self.returns - values
        slopes = _slopes(student, 1, self.log_probs(student), advantages, values, self.returns)
        return float(slopes[2].sum())

    def learn(self, agent: StudentObject) -> None:
        agent.call("update", self.held_log_probs, self.held_values, Tensor(self.returns))


def _end(
    agent: StudentObject, observation: np.ndarray, action: np.ndarray, random: np.random.Generator
) -> None:
    """All episodes end with this step, some by the time limit."""
    n = len(observation)
    truncated = np.arange(n) % 2 == 0
    agent.call(
        "train",
        Transition(
            observation=observation,
            action=action,
            reward=random.uniform(1, 3, size=n).astype(np.float32),
            next_observation=observation + np.float32(0.1),
            terminated=~truncated,
            truncated=truncated,
            episode=np.arange(n),
        ),
    )


def _weights(agent: StudentObject) -> dict[str, np.ndarray]:
    """The parameters of the agent's network."""
    return network_of(agent).parameters()


def _distance(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> float:
    """How far the parameters moved, over all of them."""
    return float(np.sqrt(sum(np.sum((second[name] - first[name]) ** 2) for name in first)))
