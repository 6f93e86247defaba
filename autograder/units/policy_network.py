"""policy_network: REINFORCE with a small policy network (Williams 1992)."""

from __future__ import annotations

import numpy as np

from autograder.agents.learning_check import RandomRewardTest
from autograder.agents.rule import AgentRule
from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.units.shared.answers import choice_task
from autograder.units.shared.cart_pole import CART_POLE
from autograder.units.shared.networks import (
    centred,
    differences,
    distance,
    linear_layers,
    observations,
    redraw,
    relu,
    rise,
    softmax,
    through,
)
from autograder.units.shared.policies import action_task, expect_drawn, policy_loss_task
from autograder.units.shared.returns import normalise_task, returns_task
from autograder.units.shared.saving import network_of, save_task
from autograder.units.unit import Unit
from autograder.worker.interface import Student, StudentObject, Tensor
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "torch"

forward = Task("policy_network/forward", requires=("PolicyNetwork",))


@forward.check("one_row_of_probabilities_for_each_observation", points=1, blocking=True)
def one_row_for_each_observation(student: Student, random: np.random.Generator) -> None:
    for n_actions in (2, 3):
        network = student.call("PolicyNetwork", hidden_size=7, n_actions=n_actions)
        expect(
            isinstance(network, StudentObject),
            "no_network",
            "PolicyNetwork(...) should make a network: does the class still inherit nn.Module?",
        )
        output = network(Tensor(observations(random)))
        expect_shape(
            output,
            (5, n_actions),
            "wrong_output_shape",
            "Five observations should give five rows with one probability for each action.",
        )


@forward.check("each_row_sums_to_one", points=1)
def each_row_sums_to_one(student: Student, random: np.random.Generator) -> None:
    network = student.call("PolicyNetwork", hidden_size=7, n_actions=3)
    redraw(network, random)
    output = network(Tensor(observations(random)))
    if np.allclose(output.sum(axis=0), 1, atol=1e-4):
        expect(
            False,
            "softmax_over_the_batch",
            "The columns sum to one, the rows do not: the softmax runs over the batch (dim=0). "
            "Each observation needs its own probabilities: dim=-1.",
        )
    if np.allclose(np.exp(output).sum(axis=1), 1, atol=1e-4):
        expect(
            False,
            "log_softmax",
            "These are logarithms of probabilities: use softmax, not log_softmax.",
        )
    expect(
        bool(np.all(output >= 0) and np.allclose(output.sum(axis=1), 1, atol=1e-4)),
        "no_softmax",
        "The numbers of a row should be probabilities: none negative, sum one. Is there a softmax "
        "over the last dimension after policy_head?",
    )


@forward.check("computes_what_its_layers_say", points=1)
def computes_what_its_layers_say(student: Student, random: np.random.Generator) -> None:
    network = student.call("PolicyNetwork", hidden_size=7, n_actions=3)
    redraw(network, random)
    layers = linear_layers(network, FRAMEWORK)
    expect(
        len(layers) >= 2,
        "hidden_layer_missing",
        "Your network has a single linear layer. There should be two: one to hidden_size numbers, "
        "then policy_head from these to n_actions.",
    )
    expect(
        layers[0].weight.shape == (4, 7) and layers[-1].weight.shape[1] == 3,
        "sizes_ignored",
        "With hidden_size=7 and n_actions=3 the first layer should be Linear(4, 7) and the last "
        "one Linear(7, 3): use the arguments, not fixed numbers.",
    )
    x = observations(random)
    through(layers, x)  # says so if one does not fit the next
    hidden = relu(through(layers[:-1], x))
    without = through(layers[:-1], x, lambda values: values)
    layers[-1] = centred(network, layers[-1], hidden)
    logits = layers[-1](hidden)
    expect_close(
        network(Tensor(x)),
        softmax(logits),
        "wrong_probabilities",
        "The probabilities are not what the layers say. The way is: linear, ReLU, policy_head, "
        "softmax, each fed with the result of the one before.",
        known_mistakes=(
            KnownMistake(
                "relu_missing",
                softmax(layers[-1](without)),
                "The ReLU after the first layer is missing: without it two linear layers are no "
                "more than one.",
            ),
            KnownMistake(
                "relu_on_logits",
                softmax(relu(logits)),
                "There is a ReLU after policy_head, too: it cuts every negative value, and the "
                "network can no longer say that an action is bad. Softmax alone comes last.",
            ),
            KnownMistake(
                "softmax_twice",
                softmax(softmax(logits)),
                "The softmax is applied twice: the network can then never be sure of an action.",
            ),
            KnownMistake(
                "tanh_instead_of_relu",
                softmax(layers[-1](np.tanh(without))),
                "The hidden layer uses tanh; this exercise asks for ReLU.",
            ),
            KnownMistake(
                "sigmoid_instead_of_relu",
                softmax(layers[-1](1 / (1 + np.exp(-without)))),
                "The hidden layer uses a sigmoid; this exercise asks for ReLU.",
            ),
        ),
        tolerance=1e-3,
    )


@forward.check("large_values_stay_finite", points=0)
def large_values_stay_finite(student: Student, random: np.random.Generator) -> None:
    network = student.call("PolicyNetwork", hidden_size=7, n_actions=2)
    redraw(network, random, scale=100.0)
    output = network(Tensor(observations(random)))
    expect(
        bool(np.all(np.isfinite(output))),
        "softmax_overflows",
        "With large weights you get nan or inf: exp overflows. F.softmax is safe, your own formula "
        "is not.",
    )


update = Task("policy_network/update", requires=("SimplePolicy",))


@update.check("act_answers_and_remembers", points=1, blocking=True)
def act_answers_and_remembers(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 3)
    # The same seed twice: what choose_action answers here is what act must use and remember.
    seed = int(random.integers(2**31))
    student.seed(seed)
    chosen = student.call("choose_action", agent.get("net"), start)
    student.seed(seed)
    action = _act(agent, start)
    memory = agent.get("memory")
    expect(
        isinstance(memory, list) and len(memory) == 1,
        "nothing_remembered",
        "After one call of act, self.memory should hold one entry: append the log-probabilities "
        "that choose_action returned.",
    )
    if isinstance(chosen, list) and len(chosen) == 2 and isinstance(chosen[1], np.ndarray):
        expect_close(
            memory[0],
            chosen[1],
            "wrong_memory",
            "self.memory should hold what choose_action returned second: the log-probabilities of "
            "the chosen actions.",
            known_mistakes=(
                KnownMistake(
                    "actions_remembered",
                    action.astype(float),
                    "self.memory holds the actions: the loss needs their log-probabilities.",
                ),
            ),
        )
        expect_drawn(action, chosen[0])


@update.check("learns_when_all_episodes_have_ended", points=1, blocking=True)
def learns_when_all_have_ended(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 2)
    before = _weights(agent)
    _play(agent, random, start, terminated=[True, False])
    expect(
        not _changed(before, _weights(agent)),
        "learns_too_early",
        "The weights changed while an episode was still running. An episode that ended waits for "
        "the others: update only when self.running has come down to 0.",
    )
    _play(agent, random, start[1:], terminated=[True], episode=[1])
    expect(
        _changed(before, _weights(agent)),
        "step_missing",
        "All episodes have ended, but the weights have not changed. In update: is there "
        "loss.backward() and, after it, self.optimizer.step()?",
    )


@update.check("an_episode_cut_by_the_time_limit_ends_too", points=1)
def truncated_ends_too(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 2)
    before = _weights(agent)
    _play(agent, random, start, terminated=[False, False])
    _play(agent, random, start, terminated=[True, False], truncated=[False, True])
    expect(
        _changed(before, _weights(agent)),
        "only_terminated",
        "One pole fell, the other episode reached the time limit: both have ended, but nothing was "
        "learned. An episode ends when it is terminated or truncated. Otherwise a perfect agent "
        "never learns again.",
    )


@update.check("a_step_lowers_the_loss", points=1)
def a_step_lowers_the_loss(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 6)
    net = agent.get("net")
    seed = int(random.integers(2**31))
    student.seed(seed)
    rising = student.gradients("choose_action", net, start, network=net, output=1).parameters
    student.seed(seed)  # the same actions once more
    log_probs = student.call_ref("choose_action", net, start, output=1)
    returns = np.ones(6, np.float32)
    slope = _slope_of_the_loss(student, student.fetch(log_probs), returns)
    before = _weights(agent)
    agent.call("update", log_probs, Tensor(returns))
    after = _weights(agent)
    expect(
        rise(before, after, rising) * slope <= 0,
        "step_uphill",
        "The update makes your own policy_loss larger, not smaller. Call loss.backward() on what "
        "policy_loss returns, without another minus.",
    )


@update.check("old_gradients_are_cleared", points=1)
def old_gradients_are_cleared(student: Student, random: np.random.Generator) -> None:
    agent, start = _new_agent(student, random, 6)
    net = agent.get("net")
    nothing = np.zeros(6, np.float32)
    first = _weights(agent)
    log_probs = student.call_ref("choose_action", net, start, output=1)
    if _slope_of_the_loss(student, student.fetch(log_probs), nothing) != 0:
        return  # their loss ignores the returns: asked at its own exercise
    agent.call("update", log_probs, Tensor(np.ones(6, np.float32)))
    second = _weights(agent)
    # Returns of zero make the gradient zero: only what is left of the first can move the weights
    # as far again. Adam's momentum alone takes two thirds of it.
    log_probs = student.call_ref("choose_action", net, start, output=1)
    agent.call("update", log_probs, Tensor(nothing))
    third = _weights(agent)
    expect(
        distance(second, third) < 0.95 * distance(first, second) or distance(first, second) == 0,
        "zero_grad_missing",
        "The gradients of the update before are still there: backward() adds to them. Call "
        "self.optimizer.zero_grad() before loss.backward().",
    )


def _new_agent(
    student: Student, random: np.random.Generator, n: int
) -> tuple[StudentObject, np.ndarray]:
    """A fresh agent at the start of n episodes, and their first observations."""
    agent = student.call("SimplePolicy")
    start = observations(random, n)
    agent.call("start_episode", start)
    return agent, start


def _act(agent: StudentObject, observation: np.ndarray) -> np.ndarray:
    """The agent's actions, (n,) int64; wrong if act returns anything else."""
    action = agent.call("act", observation)
    action = expect_shape(
        action, (len(observation),), "wrong_actions", "act should return one action for each row."
    )
    expect(
        action.dtype.kind in "iu" and bool(np.all((action >= 0) & (action < 2))),
        "wrong_actions",
        f"act should return the actions 0 or 1, not {action.tolist()}.",
    )
    return action


def _play(
    agent: StudentObject,
    random: np.random.Generator,
    observation: np.ndarray,
    *,
    terminated: list[bool],
    truncated: list[bool] | None = None,
    episode: list[int] | None = None,
) -> None:
    """One step of the running episodes: act, then learn from rewards that differ."""
    action = _act(agent, observation)
    rewards = random.uniform(1, 3, size=len(observation))
    _learn(agent, observation, action, rewards, terminated, truncated, episode)


def _learn(
    agent: StudentObject,
    observation: np.ndarray,
    action: np.ndarray,
    rewards: np.ndarray,
    terminated: list[bool],
    truncated: list[bool] | None = None,
    episode: list[int] | None = None,
) -> None:
    n = len(observation)
    transition = Transition(
        observation=observation,
        action=action,
        reward=rewards.astype(np.float32),
        next_observation=observation + np.float32(0.1),
        terminated=np.array(terminated),
        truncated=np.array(truncated or [False] * n),
        episode=np.arange(n) if episode is None else np.array(episode),
    )
    agent.call("train", transition)


def _weights(agent: StudentObject) -> dict[str, np.ndarray]:
    """The parameters of the agent's network."""
    return network_of(agent).parameters()


def _slope_of_the_loss(student: Student, log_probs: np.ndarray, returns: np.ndarray) -> float:
    """How the student's own policy_loss changes when all log-probabilities grow; 0 if it cannot."""
    found = student.gradients("policy_loss", Tensor(log_probs), Tensor(returns)).arguments[0]
    return 0.0 if found is None else float(found.sum())


def _changed(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return any(np.any(moved != 0) for moved in differences(first, second).values())


UNIT = Unit(
    name="policy_network",
    title="A policy network",
    about="REINFORCE with a policy network",
    assignment="2_policy_network",
    framework=FRAMEWORK,
    tasks=(
        forward,
        action_task("policy_network"),
        returns_task("policy_network"),
        normalise_task("policy_network"),
        policy_loss_task("policy_network"),
        update,
        save_task("policy_network", "SimplePolicy"),
        choice_task("policy_network/diagnosis", digest="6f21b6f7aeaf3b46"),
    ),
    agent=AgentRule(
        points=6,
        world=CART_POLE,
        training=Training(
            episodes=5_000, environments=64, max_steps=600_000, checkpoint_every=16_000
        ),
        threshold=475.0,
        learning_test=RandomRewardTest(),
    ),
)
