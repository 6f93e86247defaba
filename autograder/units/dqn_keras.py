"""dqn_keras: a Deep Q-Network in Keras, first without its two remedies (Mnih et al. 2015)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.agents.decider import Network
from autograder.agents.learning_check import DelayedRewardTest
from autograder.agents.rule import AgentRule
from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.units.shared.answers import choice_task
from autograder.units.shared.cart_pole import SHORT_CART_POLE
from autograder.units.shared.networks import centred, linear_layers, observations, redraw, relu
from autograder.units.shared.probes import (
    DelayedReward,
    ProbedAgent,
    RewardFromBoth,
    TimeLimit,
    add_probe_checks,
)
from autograder.units.shared.q_learning import (
    QNetwork,
    add_target_network_checks,
    copy_task,
    epsilon_greedy_task,
    linear_epsilon_task,
    replay_memory_task,
    targets_task,
)
from autograder.units.shared.q_networks import Layers
from autograder.units.unit import Unit
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "tensorflow"

#: Steps in a batch of an agent that is asked to learn a few times, and its discount.
BATCH, GAMMA = 8, 0.9
#: Batches between two copies to its target network, and turns between two batches.
INTERVAL, REPLAY_INTERVAL = 4, 3


def masked_network(student: Student, layers: Layers) -> StudentObject:
    """A network that is called with observations and a mask."""
    return student.network(layers, masked=True)


def network_without_predict(student: Student, layers: Layers) -> StudentObject:
    """The same, but its slow method `predict` cannot be called."""
    network = masked_network(student, layers)
    network.set("predict", None)
    return network


def forbid_predict(task: Task, ask: Callable[[Student, StudentObject], object]) -> None:
    """Add the check that `predict` is not used where a loop would call it again and again."""

    @task.check("no_predict_in_a_loop", points=1)
    def no_predict_in_a_loop(student: Student, random: np.random.Generator) -> None:
        try:
            ask(student, network_without_predict(student, QNetwork.draw(random).layers))
        except StudentError as error:
            if "NoneType" not in error.message:
                raise
            raise CheckFailed(
                "predict_in_a_loop",
                "You call net.predict. It is made for large data sets and takes a hundred times "
                "as long as the computation; in every step of an agent that is hours. Write "
                "net.predict_on_batch([...]).",
            ) from None


model = Task("dqn_keras/model", requires=("build_model",))


@model.check("takes_observations_and_a_mask", points=1, blocking=True)
def takes_observations_and_a_mask(student: Student, random: np.random.Generator) -> None:
    for n_actions in (2, 3):
        network = _new_model(student, n_actions)
        try:
            output = network([Tensor(observations(random)), Tensor(_ones(5, n_actions))])
        except StudentError as error:
            raise CheckFailed(
                "wrong_inputs",
                "The model should take a list of two things: observations, shape (batch, 4), and a "
                f"mask, shape (batch, n_actions). Asked so, it says: {error.message[:200]}",
            ) from None
        expect_shape(
            output,
            (5, n_actions),
            "wrong_output_shape",
            "Five observations should give five rows with one Q-value for each action.",
        )


@model.check("computes_what_its_layers_say", points=1)
def computes_what_its_layers_say(student: Student, random: np.random.Generator) -> None:
    network = _new_model(student, 3, hidden_size=7)
    redraw(network, random)
    found = linear_layers(network, FRAMEWORK)
    expect(
        len(found) == 3,
        "wrong_number_of_layers",
        f"Your model has {len(found)} layers with weights; there should be three: two hidden ones, "
        "and one with a unit for each action.",
    )
    first, second, last = found
    expect(
        first.weight.shape == (4, 7) and second.weight.shape == (7, 7),
        "sizes_ignored",
        "With hidden_size=7 both hidden layers should have 7 units: use the argument, not a fixed "
        "number.",
    )
    x = observations(random)
    last = centred(network, last, relu(second(relu(first(x)))))
    right = last(relu(second(relu(first(x)))))
    expect_close(
        network([Tensor(x), Tensor(_ones(5, 3))]),
        right,
        "wrong_values",
        "The Q-values are not what the layers say. The way is: Dense, ReLU, Dense, ReLU, Dense, "
        "each fed with the result of the one before, then the mask.",
        known_mistakes=(
            KnownMistake(
                "relu_missing",
                last(second(first(x))),
                'The hidden layers have no activation: Dense(hidden_size, activation="relu"). '
                "Without it three linear layers are no more than one.",
            ),
            KnownMistake(
                "second_relu_missing",
                last(second(relu(first(x)))),
                "The ReLU of the second hidden layer is missing.",
            ),
            KnownMistake(
                "relu_on_values",
                relu(right),
                "The last layer has a ReLU, too: no Q-value could be negative. It has no "
                "activation.",
            ),
            KnownMistake(
                "tanh_instead_of_relu",
                last(np.tanh(second(np.tanh(first(x))))),
                "The hidden layers use tanh; this exercise asks for ReLU.",
            ),
        ),
        tolerance=1e-3,
    )


@model.check("the_mask_silences_the_other_actions", points=1)
def the_mask_silences_the_other_actions(student: Student, random: np.random.Generator) -> None:
    network = _new_model(student, 3)
    redraw(network, random)
    x = observations(random)
    mask = np.eye(3, dtype=np.float32)[[0, 2, 1, 1, 2]]
    values = network([Tensor(x), Tensor(_ones(5, 3))])
    expect_shape(values, (5, 3), "wrong_output_shape", "There should be a Q-value for each action.")
    expect_close(
        network([Tensor(x), Tensor(mask)]),
        values * mask,
        "wrong_mask",
        "With a mask the output should be Q-values times mask: the value where the mask is 1, and "
        "0 where it is 0.",
        known_mistakes=(
            KnownMistake(
                "mask_ignored",
                values,
                "The mask changes nothing: the output should be layers.Multiply()([values, mask]).",
            ),
            KnownMistake(
                "mask_added",
                values - 1 + mask,
                "The mask is added to the values; it should be multiplied with them.",
            ),
        ),
        tolerance=1e-3,
    )


@model.check("is_compiled_for_learning", points=0)
def is_compiled_for_learning(student: Student, random: np.random.Generator) -> None:
    network = _new_model(student, 2, alpha=0.0125)
    expect_close(
        network.get("optimizer.learning_rate"),
        np.array(0.0125),
        "alpha_ignored",
        "The learning rate of the optimizer should be the argument alpha. The line with "
        "keras.optimizers.Adam was given: restore it.",
    )
    expect(
        network.get("loss") in ("mse", "mean_squared_error"),
        "other_loss",
        'The loss should be the mean squared error, "mse". The line with model.compile was given: '
        "restore it.",
    )


act = epsilon_greedy_task("dqn_keras", network=masked_network)
forbid_predict(
    act,
    lambda student, network: student.call("select_action", network, np.zeros((2, 4), "f"), 0.0),
)

targets = targets_task("dqn_keras", network=masked_network, arrays=np.asarray)
forbid_predict(
    targets,
    lambda student, network: student.call(
        "td_targets",
        network,
        np.ones(2, np.float32),
        np.zeros((2, 4), np.float32),
        np.array([True, False]),
        GAMMA,
    ),
)

learn = Task("dqn_keras/learn", requires=("learn",))


@learn.check("only_the_action_taken_learns", points=2, blocking=True)
def only_the_action_taken_learns(student: Student, random: np.random.Generator) -> None:
    q, x = QNetwork.draw(random), observations(random, 6)
    values = q.values(x)
    action = random.permutation(np.arange(6) % q.n_actions)
    rows = np.arange(6)
    error = random.permutation(np.array([0.4, -0.9, 1.3, -2.0, 2.6, -3.1]))
    wanted = (values[rows, action] - error).astype(np.float32)
    # With plain gradient descent and the rate 1 the biases move by the gradient itself.
    network = masked_network(student, q.layers)
    network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
    network.set("optimizer.learning_rate", 1.0)
    network.set("fit", None)
    network.set("predict", None)
    try:
        student.call("learn", network, x, action, wanted)
    except StudentError as error_raised:
        if "NoneType" not in error_raised.message:
            raise
        raise CheckFailed(
            "fit_in_a_loop",
            "You call net.fit (or net.predict). Both are made for large data sets: each call costs "
            "fifty times what the step itself does. Write net.train_on_batch(...).",
        ) from None
    moved = q.layers[-1][1] - list(network.parameters().values())[-1]
    expect(
        bool(np.any(moved)),
        "nothing_learned",
        "The network has not changed. Call net.train_on_batch([observation, mask], answers).",
    )
    mask = np.eye(q.n_actions)[action]
    scale = 2 / mask.size
    wrong_mask = np.eye(q.n_actions)[(action + 1) % q.n_actions]
    expect_close(
        moved,
        scale * (mask * error[:, None]).sum(axis=0),
        "wrong_step",
        "The network moves, but not only Q(s, a) of the actions taken, or not towards the targets. "
        "The mask has a one at each row's own action, the answers have the row's target there.",
        known_mistakes=(
            KnownMistake(
                "mask_of_ones",
                scale * (values - mask * wanted[:, None]).sum(axis=0),
                "The mask is all ones, so the actions that were not taken learn that they are "
                "worth 0. Use the one-hot encoding of the actions as the mask.",
            ),
            KnownMistake(
                "all_actions_learn",
                scale * (values - wanted[:, None]).sum(axis=0),
                "All actions learn the target of the one that was taken: the mask has to be the "
                "one-hot encoding of the actions.",
            ),
            KnownMistake(
                "answers_without_targets",
                scale * (mask * (values - 1)).sum(axis=0),
                "The answers are the one-hot encoding itself: multiply it with the targets, "
                "one_hot * targets[:, None].",
            ),
            KnownMistake(
                "wrong_action",
                scale * (wrong_mask * (values - wanted[:, None])).sum(axis=0),
                "The mask marks another action than the one taken.",
            ),
        ),
        tolerance=1e-3,
    )


@learn.check("returns_the_loss", points=0)
def returns_the_loss(student: Student, random: np.random.Generator) -> None:
    q, x = QNetwork.draw(random), observations(random, 4)
    network = masked_network(student, q.layers)
    network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
    wanted = (q.values(x)[:, 1] + 2.0).astype(np.float32)
    loss = student.call("learn", network, x, np.ones(4, np.int64), wanted)
    expect_close(
        loss,
        np.array(4.0 / q.n_actions),
        "loss_not_returned",
        "learn should return the loss: what train_on_batch returns.",
        known_mistakes=(
            KnownMistake(
                "answers_not_masked",
                np.array((4.0 + (q.n_actions - 1) * np.mean(wanted**2)) / q.n_actions),
                "The answers hold the target at all actions, but the masked outputs are 0 where "
                "the mask is 0: a loss that nobody can learn away. Multiply the targets with the "
                "one-hot encoding, too.",
            ),
        ),
        tolerance=1e-3,
    )


naive = Task("dqn_keras/naive", requires=("AdvancedQAgent",))


@naive.check("learns_from_the_last_steps", points=1, blocking=True)
def learns_from_the_last_steps(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student, "AdvancedQAgent")
    before = _network(agent, "net").parameters()
    _train(agent, _steps(random, BATCH))
    expect(
        _changed(before, _network(agent, "net").parameters()),
        "nothing_learned",
        "self.memory holds a whole batch, but replay changes no weight of self.net: call "
        "learn(self.net, ...) with the batch and its targets.",
    )


@naive.check("targets_are_those_of_the_batch", points=1)
def targets_are_those_of_the_batch(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student, "AdvancedQAgent")
    net = _network(agent, "net")
    steps = _steps(random, BATCH)
    redraw(net, random, scale=0.3)
    if not _own_learn_is_right(student, random):
        return  # asked at its own exercise
    own = np.asarray(student.call("td_targets", net, *_for_targets(steps), GAMMA))
    values = np.asarray(net([Tensor(steps.observation), Tensor(_ones(BATCH, 2))]))
    before = list(net.parameters().values())[-1]
    _use_plain_descent(net)
    _train(agent, steps)
    error = values[np.arange(BATCH), steps.action] - own
    right = np.array([np.sum(error[steps.action == a]) for a in (0, 1)]) / BATCH
    expect_close(
        before - list(net.parameters().values())[-1],
        right,
        "wrong_batch",
        "replay learns, but not what the steps in self.memory say. Take the five parts in their "
        "order (observation, action, reward, next_observation, terminated), ask "
        "td_targets(self.net, reward, next_observation, terminated, s.gamma), and learn these "
        "targets for observation and action.",
        tolerance=1e-3,
    )


update = Task("dqn_keras/update", requires=("DQNAgent",))
add_target_network_checks(update, lambda student: _new_agent(student, "DQNAgent"))


@update.check("waits_then_learns_from_its_memory", points=1, blocking=True)
def waits_then_learns_from_its_memory(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student, "DQNAgent", start_replay_step=3 * BATCH)
    net = _network(agent, "net")
    before = net.parameters()
    for number in (1, 2):
        _train(agent, _steps(random, BATCH))
        expect(
            agent.call("memory.__len__") == number * BATCH,
            "nothing_pushed",
            "After a call of train its rows should be in self.memory: "
            "self.memory.push(transition), once.",
        )
    expect(
        not _changed(before, net.parameters()),
        "starts_too_early",
        f"With start_replay_step = {3 * BATCH} the network changed after {2 * BATCH} steps. Call "
        "self.replay() only when self.step has come up to self.settings.start_replay_step.",
    )
    _train(agent, _steps(random, BATCH))
    expect(
        _changed(before, net.parameters()),
        "never_starts",
        f"With start_replay_step = {3 * BATCH} the network should learn after {3 * BATCH} steps, "
        "but no weight of self.net has changed. Does train call self.replay(), and replay learn "
        "with self.net?",
    )


@update.check("learns_in_every_few_turns", points=1)
def learns_in_every_few_turns(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student, "DQNAgent", replay_interval=REPLAY_INTERVAL)
    net = _network(agent, "net")
    weights, learned = net.parameters(), []
    for turn in range(1, 3 * REPLAY_INTERVAL + 1):
        _train(agent, _steps(random, BATCH + turn))  # as many rows as cart poles still play
        found = net.parameters()
        if _changed(weights, found):
            learned.append(turn)
        weights = found
    said = (
        f"With replay_interval = {REPLAY_INTERVAL} a batch is due every {REPLAY_INTERVAL} turns. "
    )
    expect(
        len(learned) < 3 * REPLAY_INTERVAL - 1,
        "learns_in_every_turn",
        f"The agent learns a batch in every turn. {said}Call self.replay() only where "
        "self.turns % self.settings.replay_interval is 0.",
    )
    expect(
        set(np.diff(learned)) == {REPLAY_INTERVAL},
        "wrong_replay_interval",
        f"The agent learned in the turns {learned} of {3 * REPLAY_INTERVAL}. {said}Every call of "
        "train is a turn, however many cart poles play: self.turns counts them.",
    )


@update.check("targets_come_from_the_target_network", points=1)
def targets_come_from_the_target_network(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student, "DQNAgent")
    net, target_net = _network(agent, "net"), _network(agent, "target_net")
    steps = _steps(random, BATCH)._replace(
        reward=np.zeros(BATCH, np.float32), terminated=np.zeros(BATCH, dtype=bool)
    )
    # The target network may follow before the first batch. That one teaches nothing: 0 is right.
    _answer_constantly(net, 0.0)
    _answer_constantly(target_net, 0.0)
    _train(agent, steps)
    # The target network promises 20: towards 0.9 * 20 the 5 must rise. The network itself
    # promises 5: towards 0.9 * 5 it would fall.
    _answer_constantly(net, 5.0)
    _answer_constantly(target_net, 20.0)
    own = [
        float(np.mean(student.call("td_targets", network, *_for_targets(steps), GAMMA)))
        for network in (net, target_net)
    ]
    if not own[0] < 5 < own[1] or not _own_learn_is_right(student, random):
        return  # asked at their own exercises
    _train(agent, steps)
    moved = list(net.parameters().values())[-1] - 5.0
    expect(
        bool(np.all(moved >= 0)) and bool(np.any(moved > 0)),
        "targets_from_the_network",
        "The target network promised more than the network, and yet Q(s, a) fell. Hand "
        "self.target_net to td_targets, and self.net to learn.",
    )


@update.check("the_target_network_follows_now_and_then", points=1)
def the_target_network_follows_now_and_then(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student, "DQNAgent")
    net, target_net = _network(agent, "net"), _network(agent, "target_net")
    online, copies = [net.parameters()], []
    known = target_net.parameters()
    for batch in range(3 * INTERVAL):
        _train(agent, _steps(random, BATCH))
        online.append(net.parameters())
        found = target_net.parameters()
        if _changed(known, found):
            copies.append(batch + 1)
            # It may follow before the step of learning or after it.
            expect(
                any(not _changed(weights, found) for weights in online[-2:]),
                "wrong_copy",
                "The target network changed, but not to the network's weights: "
                "copy_weights(self.target_net, self.net), in this order.",
            )
        known = found
    if not _own_copy_works(student):
        return  # asked at its own exercise
    said = f"With target_interval = {INTERVAL} it should follow every {INTERVAL} batches. "
    expect(
        bool(copies),
        "target_never_follows",
        f"In {3 * INTERVAL} batches the target network never changed. {said}Count the batches in "
        "self.batches and call copy_weights(self.target_net, self.net).",
    )
    expect(
        len(copies) < 3 * INTERVAL - 1,
        "target_follows_always",
        f"The target network follows after every batch: it no longer stands still. {said}",
    )
    expect(
        set(np.diff(copies)) == {INTERVAL},
        "wrong_interval",
        f"The target network followed after the batches {copies}. {said}",
    )


def _probed_agent(student: Student, gamma: float) -> StudentObject:
    """An agent that learns in every `train`, and fast."""
    settings = student.call(
        "Settings",
        gamma=gamma,
        reward_scale=1.0,
        alpha=5e-3,
        batch_size=64,
        memory_size=2_000,
        start_replay_step=64,
        replay_interval=1,
        target_interval=5,
    )
    return student.call("DQNAgent", settings)


def values_with_all_actions(
    student: Student, agent: StudentObject, observation: np.ndarray
) -> object:
    """What `agent.net` says of each observation with a mask of ones: (n, 4) to (n, 2)."""
    ones = _ones(len(observation), 2)
    return agent.call("net", [Tensor(observation), Tensor(ones)])


#: Three rungs only: a Keras model takes its time to be compiled.
add_probe_checks(
    update,
    ProbedAgent(make=_probed_agent, values=values_with_all_actions, rounds=80),
    (DelayedReward(), RewardFromBoth(), TimeLimit()),
)


def _new_model(student: Student, n_actions: int, **settings: float) -> StudentObject:
    found = student.call("build_model", n_actions=n_actions, **settings)
    if not isinstance(found, StudentObject):
        raise CheckFailed("no_model", "build_model(...) should return a Keras model.")
    return found


def _new_agent(student: Student, kind: str, **settings: float) -> StudentObject:
    """A fresh agent with small batches; its network learns without being compiled first."""
    small = {
        "gamma": GAMMA,
        "reward_scale": 1.0,
        "batch_size": BATCH,
        "start_replay_step": BATCH,
        "replay_interval": 1,
        "target_interval": INTERVAL,
        "memory_size": 200,
    }
    agent = student.call(kind, student.call("Settings", **{**small, **settings}))
    if not isinstance(agent, StudentObject):
        raise CheckFailed("no_agent", f"{kind}(...) should make an agent.")
    _network(agent, "net").set("run_eagerly", True)
    return agent


def _network(agent: StudentObject, name: str) -> StudentObject:
    network = agent.get(name)
    if not isinstance(network, StudentObject):
        raise CheckFailed("no_network", f"The agent should keep a network in self.{name}.")
    return network


def _ones(rows: int, n_actions: int) -> np.ndarray:
    return np.ones((rows, n_actions), np.float32)


def _steps(random: np.random.Generator, rows: int) -> Transition:
    """Steps of several cart poles, no two alike; some terminated, some truncated."""
    number = np.arange(rows)
    return Transition(
        observation=observations(random, rows),
        action=random.permutation(number % 2),
        reward=random.uniform(1, 3, size=rows).astype(np.float32),
        next_observation=observations(random, rows),
        terminated=number % 4 == 1,
        truncated=number % 4 == 2,
        episode=number,
    )


def _for_targets(steps: Transition) -> tuple[np.ndarray, ...]:
    return steps.reward, steps.next_observation, steps.terminated


def _train(agent: StudentObject, steps: Transition) -> None:
    agent.call("train", steps)


def _answer_constantly(network: StudentObject, value: float) -> None:
    """Let the network say this value whatever it sees: no weights, only the last bias."""
    parameters = {name: np.zeros_like(array) for name, array in network.parameters().items()}
    last = list(parameters)[-1]
    parameters[last] = np.full_like(parameters[last], value)
    network.set_parameters(parameters)


def _use_plain_descent(network: StudentObject) -> None:
    """With plain gradient descent and the rate 1 a bias moves by its gradient."""
    network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
    network.set("optimizer.learning_rate", 1.0)


def _own_learn_is_right(student: Student, random: np.random.Generator) -> bool:
    """Whether the student's own `learn` moves the last bias of a network as it should."""
    q, x = QNetwork.draw(random, n_actions=2), observations(random, 2)
    network = masked_network(student, q.layers)
    _use_plain_descent(network)
    action = np.array([0, 1])
    wanted = q.values(x)[[0, 1], action] + 1.0
    student.call("learn", network, x, action, wanted.astype(np.float32))
    moved = list(network.parameters().values())[-1] - q.layers[-1][1]
    return bool(np.allclose(moved, 0.5, atol=1e-3))


def _own_copy_works(student: Student) -> bool:
    """Whether the student's own `copy_weights` copies."""
    layers = [[(np.full((4, 2), value, np.float32), np.zeros(2, np.float32))] for value in (0, 1)]
    target_net, net = (masked_network(student, given) for given in layers)
    student.call("copy_weights", target_net, net)
    return not _changed(target_net.parameters(), net.parameters())


def _changed(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    pairs = zip(first.values(), second.values(), strict=True)
    return any(not np.array_equal(a, b) for a, b in pairs)


UNIT = Unit(
    name="dqn_keras",
    title="Deep Q-learning with Keras",
    about="the same in Keras, first without memory and target network, to see why they are needed",
    assignment="5_dqn_keras",
    framework=FRAMEWORK,
    tasks=(
        model,
        linear_epsilon_task("dqn_keras"),
        act,
        targets,
        learn,
        naive,
        replay_memory_task("dqn_keras"),
        copy_task("dqn_keras", network=masked_network),
        update,
        choice_task("dqn_keras/diagnosis", digest="90cb7ca46039d96b"),
    ),
    agent=AgentRule(
        points=6,
        world=SHORT_CART_POLE,
        training=Training(
            episodes=5_000, environments=48, max_steps=160_000, checkpoint_every=4_000
        ),
        threshold=195.0,
        decider=Network(values_with_all_actions),
        learning_test=DelayedRewardTest(),
        processor_seconds=150.0,  # 5 to 20 on an idle core; three times as many on a busy one
    ),
)
