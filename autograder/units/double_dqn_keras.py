"""double_dqn_keras: Double DQN with a subclassed Keras model (van Hasselt et al. 2016)."""

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
    linear_layers,
    observations,
    redraw,
    relu,
    softmax,
)
from autograder.units.shared.probes import (
    DelayedReward,
    ProbedAgent,
    RewardFromBoth,
    TimeLimit,
    add_probe_checks,
)
from autograder.units.shared.q_learning import (
    MemoryNames,
    add_target_network_checks,
    add_too_few_check,
    copy_task,
    double_targets_task,
    epsilon_greedy_task,
    huber_loss_task,
    linear_epsilon_task,
    replay_memory_task,
    targets_task,
)
from autograder.units.shared.replay import numbered
from autograder.units.unit import Unit
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "tensorflow"

#: Steps in a batch of an agent that is asked to learn a few times, and its discount.
BATCH, GAMMA = 8, 0.9
#: Batches between two transfers to its target network.
INTERVAL = 4

BUFFER = MemoryNames(cls="ReplayBuffer", push="add")
memory = replay_memory_task("double_dqn_keras", BUFFER)
add_too_few_check(memory, BUFFER)


@memory.check("no_step_twice_in_a_batch", points=1)
def no_step_twice_in_a_batch(student: Student, random: np.random.Generator) -> None:
    buffer = student.call("ReplayBuffer", 20)
    buffer.call("add", numbered(random, 0, 10))
    for _ in range(3):
        batch = buffer.call("sample", 10)
        seen = np.asarray(batch[0])[:, 0]
        expect(
            len(np.unique(seen)) == 10,
            "drawn_twice",
            "Of 10 steps in the buffer a batch of 10 should hold each one once, but some are in it "
            "twice. Draw without putting back: random.sample(range(self.size), batch_size).",
        )


network = Task("double_dqn_keras/network", requires=("DQN",))


@network.check("one_value_for_each_action", points=1, blocking=True)
def one_value_for_each_action(student: Student, random: np.random.Generator) -> None:
    for n_actions, n_hidden_layers in ((2, 1), (3, 2)):
        net = _new_network(student, n_actions, n_hidden_layers)
        expect_shape(
            net(Tensor(observations(random))),
            (5, n_actions),
            "wrong_output_shape",
            "Five observations should give five rows with one Q-value for each action.",
        )


@network.check("any_number_of_hidden_layers", points=1)
def any_number_of_hidden_layers(student: Student, random: np.random.Generator) -> None:
    for n_hidden_layers in (1, 3):
        net = _new_network(student, 3, n_hidden_layers)
        x = observations(random)
        net(Tensor(x))
        redraw(net, random, scale=0.2)
        layers = linear_layers(net, FRAMEWORK)
        expect(
            len(layers) == n_hidden_layers + 1,
            "wrong_number_of_layers",
            f"With n_hidden_layers = {n_hidden_layers} the network has {len(layers)} layers with "
            f"weights; there should be {n_hidden_layers} hidden ones and the last one.",
        )
        expect(
            all(layer.weight.shape[1] == 128 for layer in layers[:-1]),
            "wrong_width",
            "Each hidden layer should have 128 units.",
        )
        hidden = without = hyperbolic = x.astype(np.float64)
        for layer in layers[:-1]:
            hidden, without = relu(layer(hidden)), layer(without)
            hyperbolic = np.tanh(layer(hyperbolic))
        layers[-1] = centred(net, layers[-1], hidden)
        right = layers[-1](hidden)
        expect_close(
            net(Tensor(x)),
            right,
            "wrong_values",
            "The Q-values are not what the layers say. The way is: each hidden layer with its "
            "ReLU, fed with the result of the one before, and the last layer.",
            known_mistakes=(
                KnownMistake(
                    "relu_missing",
                    layers[-1](without),
                    'The hidden layers have no activation: Dense(128, activation="relu"). Without '
                    "it any number of layers is no more than one.",
                ),
                KnownMistake(
                    "relu_on_values",
                    relu(right),
                    "The last layer has a ReLU, too: no Q-value could be negative.",
                ),
                KnownMistake(
                    "softmax_on_values",
                    softmax(right),
                    "A softmax makes probabilities; Q-values are returns and can be any number.",
                ),
                KnownMistake(
                    "tanh_instead_of_relu",
                    layers[-1](hyperbolic),
                    "The hidden layers use tanh; this exercise asks for ReLU.",
                ),
            ),
            tolerance=1e-3,
        )


@network.check("act_takes_the_best_action", points=1)
def act_takes_the_best_action(student: Student, random: np.random.Generator) -> None:
    net = _new_network(student, 3, 1)
    x = observations(random, 40)
    net(Tensor(x))
    redraw(net, random)
    values = net(Tensor(x))
    expect_shape(
        values, (40, 3), "wrong_output_shape", "There should be a Q-value for each action."
    )
    net.set("predict", None)
    try:
        chosen = net.call("act", x)
    except StudentError as error:
        if "NoneType" not in error.message:
            raise
        raise CheckFailed(
            "predict_in_a_loop",
            "act calls predict, which is made for large data sets: for a single observation it "
            "takes a hundred times as long as the computation. Use predict_on_batch.",
        ) from None
    action = expect_shape(
        np.array(chosen) if isinstance(chosen, (int, list)) else chosen,
        (40,),
        "one_action_for_all",
        "act should return an action for each row: argmax along the axis of the actions, axis=1.",
    )
    expect(
        action.dtype.kind in "iu",
        "values_instead_of_actions",
        "act should return the numbers of the actions (argmax), not their values (max).",
    )
    expect(
        not np.array_equal(action, values.argmin(axis=1)),
        "worst_action",
        "act takes the action with the smallest Q-value: use argmax.",
    )
    expect(
        np.array_equal(action, values.argmax(axis=1)),
        "not_greedy",
        "act should return, for each row, the action with the largest Q-value. No chance here.",
    )


update = Task("double_dqn_keras/update", requires=("DoubleDQNAgent",))
add_target_network_checks(update, lambda student: _new_agent(student))


@update.check("a_step_moves_the_network_alone", points=1, blocking=True)
def a_step_moves_the_network_alone(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student)
    net, target_net = _net(agent, "net"), _net(agent, "target_net")
    redraw(target_net, random)
    before, still = net.parameters(), target_net.parameters()
    _gradient_step(agent, _steps(random, BATCH))
    expect(
        _changed(before, net.parameters()),
        "step_missing",
        "gradient_step changes no weight of self.net: compute the loss inside the tape, then "
        "self.optimizer.apply(tape.gradient(loss, variables), variables).",
    )
    expect(
        not _changed(still, target_net.parameters()),
        "target_learns",
        "gradient_step changes the target network: only self.net is to learn.",
    )


@update.check("double_and_plain_targets", points=2)
def double_and_plain_targets(student: Student, random: np.random.Generator) -> None:
    # The network rates action 1 best. Of that one the target network says 0, of action 0 it says
    # 20. So plain targets (20) pull Q(s, 0) = 5 up, double targets (0) pull it down.
    promised = ([5.0, 6.0], [20.0, 0.0])
    steps = _steps(random, BATCH)._replace(
        action=np.zeros(BATCH, np.int64),
        reward=np.zeros(BATCH, np.float32),
        terminated=np.zeros(BATCH, dtype=bool),
    )
    if not _own_parts_are_right(student, promised, steps):
        return  # asked at their own exercises
    moved = {}
    for double in (False, True):
        agent = _new_agent(student, double=double)
        nets = _net(agent, "net"), _net(agent, "target_net")
        for net, values in zip(nets, promised, strict=True):
            _answer_constantly(net, values)
        _gradient_step(agent, steps)
        moved[double] = float(list(nets[0].parameters().values())[-1][0]) - 5.0
    expect(
        not (moved[False] < 0 < moved[True]),
        "double_and_plain_swapped",
        "With double=True the agent learns plain DQN's targets, and with double=False Double "
        "DQN's: the two are swapped.",
    )
    expect(
        moved[True] < 0,
        "never_double",
        "With double=True the agent does not learn Double DQN's targets: self.net chooses the "
        "action, self.target_net says its value: double_dqn_targets(self.net, self.target_net, "
        "...).",
    )
    expect(
        moved[False] > 0,
        "never_plain",
        "With double=False the agent does not learn plain DQN's targets: "
        "td_targets(self.target_net, ...).",
    )


@update.check("can_be_compiled", points=1)
def can_be_compiled(student: Student, random: np.random.Generator) -> None:
    agent = _new_agent(student)
    before = _net(agent, "net").parameters()
    try:
        for _ in range(2):
            agent.call("compiled_step", *_tensors(_steps(random, BATCH)))
    except StudentError as error:
        if error.kind not in (
            "NotImplementedError",
            "AttributeError",
            "OperatorNotAllowedInGraphError",
        ):
            raise
        raise CheckFailed(
            "leaves_tensorflow",
            "Compiled by tf.function the step fails. Inside, there are no numbers yet, only a "
            "recording: no .numpy(), no NumPy functions, no predict_on_batch, no `if` that asks a "
            f"tensor. TensorFlow says: {error.message[:200]}",
        ) from None
    expect(
        _changed(before, _net(agent, "net").parameters()),
        "compiled_step_learns_nothing",
        "Called as it is, gradient_step moves the weights; compiled, it does not. Compute "
        "everything inside gradient_step with TensorFlow.",
    )


@update.check("waits_until_the_buffer_is_filled", points=1)
def waits_until_the_buffer_is_filled(student: Student, random: np.random.Generator) -> None:
    agent = _quick_agent(student, min_replay_size=3 * BATCH)
    before = _net(agent, "net").parameters()
    for number in (1, 2):
        agent.call("train", _steps(random, BATCH))
        expect(
            agent.call("buffer.__len__") == number * BATCH,
            "nothing_added",
            "After a call of train its rows should be in the buffer: self.buffer.add(transition), "
            "once.",
        )
    expect(
        not _changed(before, _net(agent, "net").parameters()),
        "starts_too_early",
        f"With min_replay_size = {3 * BATCH} the network changed when the buffer held {2 * BATCH} "
        "steps. Call self.learn() only when it holds min_replay_size.",
    )
    agent.call("train", _steps(random, BATCH))
    expect(
        _changed(before, _net(agent, "net").parameters()),
        "never_starts",
        f"With min_replay_size = {3 * BATCH} the network should learn once the buffer holds "
        f"{3 * BATCH} steps. Does train call self.learn()?",
    )


@update.check("the_target_network_follows_now_and_then", points=1)
def the_target_network_follows_now_and_then(student: Student, random: np.random.Generator) -> None:
    if not _own_transfer_works(student):
        return  # asked at its own exercise
    agent = _quick_agent(student)
    net, target_net = _net(agent, "net"), _net(agent, "target_net")
    # A first difference, so that a transfer shows even before the first batch.
    redraw(target_net, random, scale=0.1)
    online, transfers = [net.parameters()], []
    known = target_net.parameters()
    for batch in range(3 * INTERVAL):
        agent.call("train", _steps(random, BATCH))
        online.append(net.parameters())
        found = target_net.parameters()
        expect(
            batch == 0 or not _same(found, online[-1]) or _changed(known, found),
            "wrong_direction",
            "The network was thrown back to the target network's weights: it is the target "
            "network that follows, transfer_weights(self.target_net, self.net).",
        )
        if _changed(known, found):
            transfers.append(batch + 1)
            expect(
                any(_same(found, weights) for weights in online[-2:]),
                "wrong_transfer",
                "The target network changed, but not to the network's weights: "
                "transfer_weights(self.target_net, self.net), in this order.",
            )
        known = found
    said = f"With target_update_freq = {INTERVAL} it should follow every {INTERVAL} batches. "
    expect(
        bool(transfers),
        "target_never_follows",
        f"In {3 * INTERVAL} batches the target network never changed. {said}Call "
        "transfer_weights(self.target_net, self.net) when self.batches has come that far.",
    )
    expect(
        len(transfers) < 3 * INTERVAL - 1,
        "target_follows_always",
        f"The target network follows after every batch: it no longer stands still. {said}",
    )
    expect(
        set(np.diff(transfers)) == {INTERVAL},
        "wrong_interval",
        f"The target network followed after the batches {transfers}. {said}",
    )


def _probed_agent(student: Student, gamma: float) -> StudentObject:
    """An agent that learns in every `train`, and fast."""
    settings = student.call(
        "Settings",
        gamma=gamma,
        reward_scale=1.0,
        learning_rate=5e-3,
        batch_size=64,
        buffer_size=2_000,
        min_replay_size=64,
        target_update_freq=5,
        n_hidden_layers=1,
    )
    return student.call("DoubleDQNAgent", settings)


def _q_values(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    return agent.call("net", Tensor(observation))


#: Three rungs only: each agent's step takes its time to be compiled.
add_probe_checks(
    update,
    ProbedAgent(make=_probed_agent, values=_q_values, rounds=80),
    (DelayedReward(), RewardFromBoth(), TimeLimit()),
)

save = Task("double_dqn_keras/save", requires=("DQN", "save_network", "load_network"))


@save.check("the_whole_model_comes_back", points=2)
def the_whole_model_comes_back(student: Student, random: np.random.Generator) -> None:
    net, x = _new_network(student, 3, 1), observations(random)
    net(Tensor(x))
    redraw(net, random)
    # A name of its own: a file left over from another time must not be found.
    path = student.temporary_path(f"network-{random.integers(2**31)}.keras")
    student.call("save_network", net, path)
    kept = net(Tensor(x))
    redraw(net, random)  # what was saved must not follow
    try:
        restored = student.call("load_network", path)
    except StudentError as error:
        raise CheckFailed(
            "cannot_be_loaded",
            "The file cannot be loaded. It should be written by net.save(path) and read by "
            "keras.models.load_model(path), and get_config should hand out all arguments of "
            f"__init__ under their names. The error: {error.message[:300]}",
        ) from None
    if not isinstance(restored, StudentObject):
        raise CheckFailed("nothing_loaded", "load_network should return the network.")
    found = restored(Tensor(x))
    expect(
        isinstance(found, np.ndarray) and found.shape == kept.shape,
        "config_incomplete",
        "The restored network has another shape than the saved one: get_config should hand out "
        "n_actions and n_hidden_layers.",
    )
    expect_close(
        found,
        kept,
        "weights_not_loaded",
        "The restored network answers differently: its weights are not those that were saved.",
        tolerance=1e-4,
    )
    expect(
        restored.kind == net.kind,
        "another_class",
        f"The restored network is a {restored.kind}, not a {net.kind}: save the model itself.",
    )


def _new_network(student: Student, n_actions: int, n_hidden_layers: int) -> StudentObject:
    made = student.call("DQN", n_actions=n_actions, n_hidden_layers=n_hidden_layers)
    if not isinstance(made, StudentObject):
        raise CheckFailed("no_network", "DQN(...) should make a network.")
    return made


def _new_agent(student: Student, **settings: float) -> StudentObject:
    """A fresh agent with small batches."""
    small = {
        "gamma": GAMMA,
        "reward_scale": 1.0,
        "batch_size": BATCH,
        "buffer_size": 200,
        "min_replay_size": BATCH,
        "target_update_freq": INTERVAL,
        "n_hidden_layers": 1,
    }
    agent = student.call("DoubleDQNAgent", student.call("Settings", **{**small, **settings}))
    if not isinstance(agent, StudentObject):
        raise CheckFailed("no_agent", "DoubleDQNAgent(...) should make an agent.")
    return agent


def _quick_agent(student: Student, **settings: float) -> StudentObject:
    """The same, but its step is not compiled: for a few batches that would take longer."""
    agent = _new_agent(student, **settings)
    agent.set("compiled_step", agent.get("gradient_step"))
    return agent


def _net(agent: StudentObject, name: str) -> StudentObject:
    found = agent.get(name)
    if not isinstance(found, StudentObject):
        raise CheckFailed("no_network", f"The agent should keep a network in self.{name}.")
    return found


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


def _tensors(steps: Transition) -> list[Tensor]:
    return [Tensor(column) for column in steps[:5]]


def _gradient_step(agent: StudentObject, steps: Transition) -> None:
    agent.call("gradient_step", *_tensors(steps))


def _answer_constantly(net: StudentObject, values: list[float]) -> None:
    """Let the network say these values whatever it sees: no weights, only the last bias."""
    parameters = {name: np.zeros_like(array) for name, array in net.parameters().items()}
    last = list(parameters)[-1]
    if parameters[last].shape != (len(values),):
        raise CheckFailed(
            "wrong_last_layer",
            "The last layer of self.net should have a unit for each action: mend your DQN first.",
        )
    parameters[last] = np.array(values, np.float32)
    net.set_parameters(parameters)


def _own_parts_are_right(
    student: Student, promised: tuple[list[float], list[float]], steps: Transition
) -> bool:
    """Whether the student's own targets and loss pull where they should in this case."""
    layers = [[(np.zeros((4, 2), np.float32), np.array(values, np.float32))] for values in promised]
    net, target_net = map(student.network, layers)
    following = (*map(Tensor, (steps.reward, steps.next_observation, steps.terminated)), GAMMA)
    columns = (steps.observation, steps.action, np.full(BATCH, 18, np.float32))
    try:
        plain = np.asarray(student.call("td_targets", target_net, *following))
        double = np.asarray(student.call("double_dqn_targets", net, target_net, *following))
        found = student.gradients("q_loss", net, *map(Tensor, columns), network=net)
    except StudentError:
        return False
    if not np.allclose(plain, 18, atol=0.1) or not np.allclose(double, 0, atol=0.1):
        return False
    bias = list(found.parameters.values())[-1]
    return bias is not None and float(bias[0]) < 0


def _own_transfer_works(student: Student) -> bool:
    """Whether the student's own `transfer_weights` copies."""
    layers = [[(np.full((4, 2), value, np.float32), np.zeros(2, np.float32))] for value in (0, 1)]
    target_net, net = (student.network(given) for given in layers)
    before = net.parameters()
    student.call("transfer_weights", target_net, net)
    return _same(target_net.parameters(), before) and _same(net.parameters(), before)


def _same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    pairs = zip(first.values(), second.values(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def _changed(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return not _same(first, second)


UNIT = Unit(
    name="double_dqn_keras",
    title="Double DQN",
    about="Double DQN, and how much plain DQN overestimates",
    assignment="6_double_dqn_keras",
    framework=FRAMEWORK,
    tasks=(
        memory,
        network,
        linear_epsilon_task("double_dqn_keras"),
        epsilon_greedy_task("double_dqn_keras"),
        targets_task("double_dqn_keras"),
        double_targets_task("double_dqn_keras"),
        huber_loss_task("double_dqn_keras"),
        copy_task("double_dqn_keras", function="transfer_weights"),
        update,
        save,
        choice_task("double_dqn_keras/diagnosis", digest="6df66808a5d6af2e"),
    ),
    agent=AgentRule(
        points=6,
        world=CART_POLE,
        training=Training(
            episodes=5_000, environments=64, max_steps=160_000, checkpoint_every=5_000
        ),
        threshold=475.0,
        learning_test=DelayedRewardTest(),
        processor_seconds=150.0,  # 5 to 20 on an idle core; three times as many on a busy one
    ),
)
