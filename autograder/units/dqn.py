"""dqn: deep Q-learning with replay memory and target network, in PyTorch (Mnih et al. 2015)."""

from __future__ import annotations

import numpy as np

from autograder.agents.learning_check import DelayedRewardTest
from autograder.agents.rule import AgentRule
from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.units.shared.answers import choice_task
from autograder.units.shared.cart_pole import CART_POLE
from autograder.units.shared.networks import (
    centred,
    distance,
    linear_layers,
    observations,
    redraw,
    relu,
    softmax,
)
from autograder.units.shared.probes import ProbedAgent, add_probe_checks
from autograder.units.shared.q_learning import (
    add_target_network_checks,
    epsilon_greedy_task,
    exponential_epsilon_task,
    huber_loss_task,
    replay_memory_task,
    soft_update_task,
    targets_task,
)
from autograder.units.unit import Unit
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "torch"

#: Transitions in the memory of an agent that is asked to learn once.
STEPS = 8
#: Its discount, and the part of the way that its target network goes. Neither is the notebook's
#: own: who uses that one is seen.
GAMMA, TAU = 0.9, 0.4
TRIES = 50  # to draw a network that tells two observations apart
#: No number of a gradient may be larger.
CLIP = 100.0

forward = Task("dqn/forward", requires=("DQN",))


@forward.check("one_value_for_each_action", points=1, blocking=True)
def one_value_for_each_action(student: Student, random: np.random.Generator) -> None:
    for n_actions in (2, 3):
        network = _new_network(student, n_actions)
        output = network(Tensor(observations(random)))
        expect_shape(
            output,
            (5, n_actions),
            "wrong_output_shape",
            "Five observations should give five rows with one Q-value for each action.",
        )


@forward.check("computes_what_its_layers_say", points=1)
def computes_what_its_layers_say(student: Student, random: np.random.Generator) -> None:
    network = _new_network(student, 3)
    redraw(network, random)
    layers = linear_layers(network, FRAMEWORK)
    shapes = [layer.weight.shape for layer in layers]
    if len(shapes) != 3 or not (
        shapes[0][0] == 4 and shapes[0][1] == shapes[1][0] and shapes[1][1] == shapes[2][0]
    ):
        raise CheckFailed(
            "other_layers",
            "The network should have the three linear layers that were given, in their order; "
            f"yours go {', '.join(f'{i} to {o}' for i, o in shapes)}.",
        )
    first, second, last = layers
    x = observations(random)
    last = centred(network, last, relu(second(relu(first(x)))))
    right = last(relu(second(relu(first(x)))))
    expect_close(
        network(Tensor(x)),
        right,
        "wrong_values",
        "The Q-values are not what the layers say. The way is: layer1, ReLU, layer2, ReLU, layer3, "
        "each fed with the result of the one before.",
        known_mistakes=(
            KnownMistake(
                "relu_missing",
                last(second(first(x))),
                "Both ReLUs are missing: without them three linear layers are no more than one.",
            ),
            KnownMistake(
                "second_relu_missing",
                last(second(relu(first(x)))),
                "The ReLU after layer2 is missing.",
            ),
            KnownMistake(
                "first_relu_missing",
                last(relu(second(first(x)))),
                "The ReLU after layer1 is missing.",
            ),
            KnownMistake(
                "relu_on_values",
                relu(right),
                "There is a ReLU after layer3, too: no value could be negative. Nothing comes "
                "after the last layer.",
            ),
            KnownMistake(
                "softmax_on_values",
                softmax(right),
                "A softmax makes probabilities; Q-values are returns and can be any number. "
                "Nothing comes after the last layer.",
            ),
            KnownMistake(
                "tanh_instead_of_relu",
                last(np.tanh(second(np.tanh(first(x))))),
                "The hidden layers use tanh; this exercise asks for ReLU.",
            ),
        ),
        tolerance=1e-3,
    )


update = Task("dqn/update", requires=("DQNAgent",))
add_target_network_checks(update, lambda student: _new_agent(student))


@update.check("learn_moves_the_weights", points=1, blocking=True)
def learn_moves_the_weights(student: Student, random: np.random.Generator) -> None:
    agent, _ = _agent_with_memory(student, random)
    net = _network(agent, "net")
    before = net.parameters()
    try:
        agent.call("learn")
    except StudentError as error:
        if "nested_tensorlist" not in error.message:
            raise
        raise CheckFailed(
            "clipped_without_gradients",
            "clip_grad_value_ found no gradients to clip: loss.backward() comes before it, and "
            "zero_grad() before both.",
        ) from error
    expect(
        distance(before, net.parameters()) > 0,
        "step_missing",
        "learn changes no weight of self.net. Is there loss.backward() and, after it, "
        "self.optimizer.step(), with zero_grad() before both?",
    )


@update.check("targets_come_from_the_target_network", points=1)
def targets_come_from_the_target_network(student: Student, random: np.random.Generator) -> None:
    agent, steps = _agent_with_memory(student, random)
    net, target_net = _network(agent, "net"), _network(agent, "target_net")
    # The target network promises 20: towards 0.9 * 20 the 5 must rise. The network itself
    # promises 5: towards 0.9 * 5 it would fall.
    _answer_constantly(net, 5.0)
    _answer_constantly(target_net, 20.0)
    before = net(Tensor(steps.observation[:1]))[0]
    towards = _own_targets(student, target_net, steps)
    if not _own_targets(student, net, steps) < before.min() < towards:
        return  # what their td_targets says is asked at its own exercise
    if not _own_loss_falls(student, net, steps, towards):
        return  # so is their q_loss
    agent.call("learn")
    moved = net(Tensor(steps.observation[:1]))[0] - before
    expect(
        moved[np.argmax(np.abs(moved))] > 0,
        "targets_from_the_network",
        "The target network promised more than the network, and yet Q(s, a) fell. Hand "
        "self.target_net to td_targets and self.net to q_loss, and call backward() on the loss "
        "as it is, without another minus.",
    )


@update.check("loss_of_a_batch_is_what_learns", points=1)
def loss_of_a_batch_is_what_learns(student: Student, random: np.random.Generator) -> None:
    agent, _ = _agent_with_memory(student, random)
    net, target_net = _network(agent, "net"), _network(agent, "target_net")
    redraw(net, random, scale=0.2)
    batch = agent.call("memory.sample", STEPS)
    if not isinstance(batch, list) or len(batch) != 5:
        return  # their memory is asked at its own exercise
    observation, action, reward, next_observation, terminated = batch

    def target(following: np.ndarray) -> float:
        columns = (reward, following, terminated)
        return _number(student.call("td_targets", target_net, *map(Tensor, columns), GAMMA))

    for _ in range(TRIES):
        redraw(target_net, random, scale=0.2)
        _shift(target_net, 5.0)  # so that gamma matters
        # The error of 0.3 below becomes another one of the same sign for the wrong observation.
        if 0.1 < target(next_observation) - target(observation) < 0.5:
            break
    values = net(Tensor(observation))[0]
    towards = target(next_observation)
    _shift(net, towards + 0.3 - values[int(action[0])])  # so that the error is small, but there

    def gradient(
        following: np.ndarray, gamma: float = GAMMA, judge: StudentObject = target_net
    ) -> list[np.ndarray]:
        """Of their own q_loss, with targets of their own td_targets."""
        columns = (reward, following, terminated)
        targets = student.call("td_targets", judge, *map(Tensor, columns), gamma)
        given = map(Tensor, (observation, action, targets))
        found = student.gradients("q_loss", net, *given, network=net).parameters
        return [array for array in found.values() if array is not None]

    right, without_next = gradient(next_observation), gradient(observation)
    other_gamma = gradient(next_observation, gamma=0.99)
    asked_above = ([-array for array in right], gradient(next_observation, judge=net))
    agent.call("learn")
    seen = _gradients_seen(agent, len(net.parameters()))
    if not seen or not right or any(_alike(seen, wrong) for wrong in asked_above):
        return  # another optimizer; a q_loss without gradient; the target network not asked
    if _alike(seen, right):
        return
    expect(
        not _alike(seen, without_next),
        "next_observation_not_used",
        "The targets are computed for batch.observation: V is asked of what was seen *after* the "
        "step, batch.next_observation.",
    )
    expect(
        not _alike(seen, other_gamma),
        "fixed_discount",
        "The targets are computed with GAMMA instead of the discount of the agent's settings: "
        "s.gamma.",
    )
    raise CheckFailed(
        "wrong_gradient",
        "The gradient that reached the optimizer is not that of your q_loss for the batch sampled. "
        "The targets are those of self.target_net, from the batch's reward, next_observation and "
        "terminated; the loss is that of self.net, from its observation, action and these targets; "
        "the old gradients are cleared before.",
    )


@update.check("target_network_follows", points=1)
def target_network_follows(student: Student, random: np.random.Generator) -> None:
    agent, _ = _agent_with_memory(student, random)
    net, target_net = _network(agent, "net"), _network(agent, "target_net")
    redraw(target_net, random)
    start, slow = net.parameters(), target_net.parameters()
    agent.call("learn")
    found = target_net.parameters()
    # It may follow before the step of the optimizer or after it.
    right = [_own_soft_update(student, slow, fast) for fast in (start, net.parameters())]
    if any(distance(slow, moved) == 0 for moved in right):
        return  # their soft_update moves nothing: asked at its own exercise
    expect(
        distance(slow, found) > 0,
        "target_never_follows",
        "learn leaves the target network where it was. Call soft_update at the end, the target "
        "network first: soft_update(self.target_net, self.net, s.tau).",
    )
    expect(
        any(distance(moved, found) < 1e-3 * distance(slow, moved) for moved in right),
        "follows_wrongly",
        "In learn the target network does not go where one call of soft_update with the tau of "
        "the settings would bring it. Call it once in each learn, with s.tau, and let only the "
        "network learn.",
    )


@update.check("old_gradients_are_cleared", points=1)
def old_gradients_are_cleared(student: Student, random: np.random.Generator) -> None:
    agent, steps = _agent_with_memory(student, random)
    net, target_net = _network(agent, "net"), _network(agent, "target_net")
    distances = []
    for promised in (100.0, 10.0):
        _answer_constantly(net, 9.0)
        _answer_constantly(target_net, promised)
        before = net.parameters()
        agent.call("learn")
        distances.append(distance(before, net.parameters()))
    # The second time there was nothing to learn: 0.9 * 10 is 9. What is left of the first gradient
    # alone moves the weights as far again; AdamW's momentum takes two thirds of it.
    _answer_constantly(target_net, 10.0)
    if abs(_own_targets(student, target_net, steps) - 9.0) > 1e-3:
        return  # what their td_targets says is asked at its own exercise
    _answer_constantly(net, 9.0)
    columns = (steps.observation, steps.action, np.full(STEPS, 9.0, np.float32))
    if _own_gradient(student, net, columns) > 1e-3:
        return  # what their q_loss says is asked at its own exercise
    expect(
        distances[1] < 0.9 * distances[0],
        "zero_grad_missing",
        "The gradients of the step before are still there: backward() adds to them. Call "
        "self.optimizer.zero_grad() before loss.backward().",
    )


@update.check("gradients_are_clipped", points=1)
def gradients_are_clipped(student: Student, random: np.random.Generator) -> None:
    agent, steps = _agent_with_memory(student, random, scale=10_000.0)
    net = _network(agent, "net")
    columns = (steps.observation, steps.action, np.full(STEPS, -1e6, np.float32))
    if _own_gradient(student, net, columns) < 2 * CLIP:
        return  # their q_loss says something else: asked at its own exercise
    agent.call("learn")
    seen = _gradients_seen(agent, len(net.parameters()))
    largest = max((float(np.abs(array).max()) for array in seen), default=0.0)
    expect(
        largest <= CLIP * 1.001,
        "not_clipped",
        f"A gradient of {largest:.0f} reached the optimizer. Between loss.backward() and "
        "self.optimizer.step(), cut it: nn.utils.clip_grad_value_(self.net.parameters(), 100).",
    )


def _own_gradient(
    student: Student, net: StudentObject, columns: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> float:
    """The largest gradient of the student's own q_loss; 0 if it reaches no weight.

    columns: observations (STEPS, 4), actions and targets (STEPS,).
    """
    found = student.gradients("q_loss", net, *map(Tensor, columns), network=net).parameters.values()
    return max((float(np.abs(array).max()) for array in found if array is not None), default=0.0)


def _probed_agent(student: Student, gamma: float) -> StudentObject:
    """An agent that learns in every `train`, and fast."""
    return _new_agent(
        student,
        gamma=gamma,
        reward_scale=1.0,
        lr=5e-3,
        tau=0.4,
        batch_size=32,
        learning_starts=32,
        memory_size=4_000,
    )


def _q_values(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    return agent.call("net", Tensor(observation))


add_probe_checks(update, ProbedAgent(make=_probed_agent, values=_q_values))


def _new_network(student: Student, n_actions: int) -> StudentObject:
    network = student.call("DQN", 4, n_actions)
    if not isinstance(network, StudentObject):
        raise CheckFailed(
            "no_network", "DQN(...) should make a network: does the class still inherit nn.Module?"
        )
    return network


def _new_agent(student: Student, **settings: float) -> StudentObject:
    agent = student.call("DQNAgent", student.call("Settings", **settings))
    if not isinstance(agent, StudentObject):
        raise CheckFailed("no_agent", "DQNAgent(...) should make an agent.")
    return agent


def _agent_with_memory(
    student: Student, random: np.random.Generator, scale: float = 1.0
) -> tuple[StudentObject, Transition]:
    """An agent whose memory is full of one and the same step, without reward or end."""
    agent = _new_agent(student, gamma=GAMMA, tau=TAU, batch_size=STEPS, memory_size=STEPS)
    observation, next_observation = scale * observations(random, 2)
    steps = Transition(
        observation=np.tile(observation, (STEPS, 1)),
        action=np.full(STEPS, random.integers(2)),
        reward=np.zeros(STEPS, np.float32),
        next_observation=np.tile(next_observation, (STEPS, 1)),
        terminated=np.zeros(STEPS, dtype=bool),
        truncated=np.zeros(STEPS, dtype=bool),
        episode=np.arange(STEPS),
    )
    agent.call("memory.push", steps)
    return agent, steps


def _network(agent: StudentObject, name: str) -> StudentObject:
    network = agent.get(name)
    if not isinstance(network, StudentObject):
        raise CheckFailed("no_network", f"The agent should keep a network in self.{name}.")
    return network


def _answer_constantly(network: StudentObject, value: float) -> None:
    """Let the network say this value whatever it sees: no weights, only the last bias."""
    parameters = network.parameters()
    last_bias = [name for name, array in parameters.items() if array.shape == (2,)]
    network.set_parameters({name: np.zeros_like(array) for name, array in parameters.items()})
    network.set_parameters({name: np.full(2, value, np.float32) for name in last_bias})


def _shift(network: StudentObject, value: float) -> None:
    """Let the network say so much more of everything."""
    last_bias = {
        name: (array + value).astype(array.dtype)
        for name, array in network.parameters().items()
        if array.shape == (2,)
    }
    network.set_parameters(last_bias)


def _number(value: object) -> float:
    """The mean of what the student's code answered; nan if that is no numbers."""
    if not isinstance(value, (int, float, np.ndarray)) or np.size(value) == 0:
        return float("nan")
    return float(np.mean(value))


def _own_targets(student: Student, network: StudentObject, steps: Transition) -> float:
    """The mean target according to the student's own td_targets."""
    columns = (steps.reward, steps.next_observation, steps.terminated)
    return _number(student.call("td_targets", network, *map(Tensor, columns), GAMMA))


def _own_loss_falls(student: Student, net: StudentObject, steps: Transition, target: float) -> bool:
    """Whether the student's own q_loss becomes smaller when the network says 6 instead of 5."""
    columns = (steps.observation, steps.action, np.full(STEPS, target, np.float32))
    losses = []
    for value in (6.0, 5.0):
        _answer_constantly(net, value)
        losses.append(_number(student.call("q_loss", net, *map(Tensor, columns))))
    return losses[0] < losses[1]


def _own_soft_update(
    student: Student, slow: dict[str, np.ndarray], fast: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Where the student's own soft_update brings a target network with these parameters."""
    other = _new_agent(student)
    target_net, net = _network(other, "target_net"), _network(other, "net")
    target_net.set_parameters(slow)
    net.set_parameters(fast)
    student.call("soft_update", target_net, net, TAU)
    return target_net.parameters()


def _gradients_seen(agent: StudentObject, parameters: int) -> list[np.ndarray]:
    """The only gradients that the agent's Adam has seen so far; none from another optimizer."""
    state = agent.call("optimizer.state_dict")
    momentum = state["param_groups"][0].get("betas", [None])[0]
    if momentum is None:
        return []
    return [
        state["state"].call("__getitem__", i)["exp_avg"] / (1 - momentum)
        for i in range(parameters)
        if state["state"].call("__contains__", i)
    ]


def _alike(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    """Whether two lists of gradients are the same, but for rounding."""
    return len(first) == len(second) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-2, atol=1e-4)
        for a, b in zip(first, second, strict=True)
    )


UNIT = Unit(
    name="dqn",
    title="Deep Q-learning",
    about="deep Q-learning with replay memory and target network",
    assignment="4_dqn",
    framework=FRAMEWORK,
    tasks=(
        replay_memory_task("dqn"),
        forward,
        exponential_epsilon_task("dqn"),
        epsilon_greedy_task("dqn"),
        targets_task("dqn"),
        huber_loss_task("dqn"),
        soft_update_task("dqn"),
        update,
        choice_task("dqn/diagnosis", digest="3e014c3e2ae25fcb"),
    ),
    agent=AgentRule(
        points=6,
        world=CART_POLE,
        training=Training(
            episodes=5_000, environments=32, max_steps=160_000, checkpoint_every=2_500
        ),
        threshold=475.0,
        learning_test=DelayedRewardTest(),
    ),
)
