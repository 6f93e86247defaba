"""double_dqn_keras: Double DQN with a subclassed Keras model (van Hasselt et al. 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from autograder.agents.rule import AgentRule, Learns
from autograder.checks.expect import CheckFailed, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.answers import ChoiceTask
from autograder.units.shared.dense_network import VALUES, DenseNetwork
from autograder.units.shared.exploration import EpsilonGreedyTask, LinearEpsilonTask
from autograder.units.shared.huber_loss import HuberLossTask
from autograder.units.shared.keras_networks import without
from autograder.units.shared.networks import linear_layers, observations, redraw
from autograder.units.shared.probes import (
    DelayedReward,
    ProbedAgent,
    RewardFromBoth,
    TimeLimit,
    add_probe_checks,
)
from autograder.units.shared.q_agent import (
    AgentNames,
    Follows,
    QAgentTask,
    changed,
    expect_waits_for_its_memory,
    network_of,
    transitions,
)
from autograder.units.shared.replay import MemoryNames, StrictReplayMemoryTask, numbered
from autograder.units.shared.target_network import CopyTask
from autograder.units.shared.td_targets import DoubleTargetsTask, TargetsTask
from autograder.units.shared.wording import KERAS_TENSORS
from autograder.units.unit import Unit
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "tensorflow"

#: Transitions in a batch of an agent that learns a few times, and its discount.
BATCH, GAMMA = 8, 0.9
#: Batches between two transfers to its target network.
INTERVAL = 4

PREDICT_IN_A_LOOP = (
    "act calls predict, which is made for large data sets: for a single observation it takes a "
    "hundred times as long as the computation. Use predict_on_batch."
)


class ReplayBufferTask(StrictReplayMemoryTask):
    """A memory whose batches hold no transition twice."""

    @check(points=1)
    def no_step_twice_in_a_batch(self, student: Student, random: np.random.Generator) -> None:
        buffer = self.memory(student, capacity=20)
        buffer.push(numbered(random, 0, 10))
        for _ in range(3):
            observation = buffer.sample(10).observation
            expect(
                len(np.unique(observation[:, 0])) == 10,
                "drawn_twice",
                "Of 10 steps in the buffer a batch of 10 should hold each one once, but some are "
                "in it twice. Draw without replacement: "
                "random.sample(range(self.size), batch_size).",
            )


class NetworkTask(Task):
    """The network as a class: its layers, the way through them, and its greedy actions."""

    requires = ("DQN",)

    @check(points=1, blocking=True)
    def one_value_for_each_action(self, student: Student, random: np.random.Generator) -> None:
        for n_actions, n_hidden_layers in ((2, 1), (3, 2)):
            net = _new_network(student, n_actions, n_hidden_layers)
            expect_shape(
                net(Tensor(observations(random))),
                (5, n_actions),
                "wrong_output_shape",
                "Five observations should give five rows with one Q-value for each action.",
            )

    @check(points=1)
    def any_number_of_hidden_layers(self, student: Student, random: np.random.Generator) -> None:
        for n_hidden_layers in (1, 3):
            net = _new_network(student, 3, n_hidden_layers)
            x = observations(random)
            net(Tensor(x))
            redraw(net, random, scale=0.2)
            layers = linear_layers(net, FRAMEWORK)
            expect(
                len(layers) == n_hidden_layers + 1,
                "wrong_number_of_layers",
                Message(
                    "With n_hidden_layers = {n_hidden_layers} the network has {count} layers with "
                    "weights; there should be {n_hidden_layers} hidden ones and the last one.",
                    n_hidden_layers=n_hidden_layers,
                    count=len(layers),
                ),
            )
            expect(
                all(layer.weight.shape[1] == 128 for layer in layers[:-1]),
                "wrong_width",
                "Each hidden layer should have 128 units.",
            )
            dense = DenseNetwork(
                tuple(layers), VALUES, last="the last layer", relu='Dense(128, activation="relu")'
            ).centred(net, x)
            expect_close(
                net(Tensor(x)),
                dense(x),
                "wrong_values",
                "The Q-values are not what these layers compute: each hidden layer with its ReLU, "
                "fed with the result of the one before, and the last layer.",
                known_mistakes=dense.known_mistakes(x),
                tolerance=1e-3,
            )

    @check(points=1)
    def act_takes_the_best_action(self, student: Student, random: np.random.Generator) -> None:
        net = _new_network(student, 3, 1)
        x = observations(random, 40)
        net(Tensor(x))
        redraw(net, random)
        values = expect_shape(
            net(Tensor(x)),
            (40, 3),
            "wrong_output_shape",
            "There should be a Q-value for each action.",
        )
        with without(net, ["predict"], "predict_in_a_loop", PREDICT_IN_A_LOOP):
            chosen = net.call("act", x)
        action = expect_shape(
            np.array(chosen) if isinstance(chosen, (int, list)) else chosen,
            (40,),
            "one_action_for_all",
            "act should return an action for each row: argmax along the axis of the actions, "
            "axis=1.",
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
            "act should return, for each row, the action with the largest Q-value. Nothing is "
            "random here.",
        )


class UpdateTask(QAgentTask):
    """The agent: its update step, when it learns, and when its target network follows."""

    requires = ("DoubleDQNAgent",)
    names = AgentNames(
        cls="DoubleDQNAgent",
        memory="buffer",
        push="self.buffer.add(transition)",
        start="min_replay_size",
        follow="transfer_weights(self.target_net, self.net)",
        interval="target_update_freq",
    )
    settings: ClassVar[Mapping[str, float]] = {
        "gamma": GAMMA,
        "reward_scale": 1.0,
        "batch_size": BATCH,
        "buffer_size": 200,
        "min_replay_size": BATCH,
        "target_update_freq": INTERVAL,
        "n_hidden_layers": 1,
    }

    @check(points=1, blocking=True)
    def a_step_moves_the_network_alone(self, student: Student, random: np.random.Generator) -> None:
        agent = self.agent(student)
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        redraw(target_net, random)
        before, still = net.parameters(), target_net.parameters()
        _gradient_step(agent, transitions(random, BATCH))
        expect(
            changed(before, net.parameters()),
            "step_missing",
            "gradient_step changes no weight of self.net: compute the loss inside the tape, then "
            "self.optimizer.apply(tape.gradient(loss, variables), variables).",
        )
        expect(
            not changed(still, target_net.parameters()),
            "target_learns",
            "gradient_step changes the target network: only self.net is to learn.",
        )

    @check(points=2)
    def double_and_plain_targets(self, student: Student, random: np.random.Generator) -> None:
        # The network rates action 1 best. The target network promises 0 for it, and 20 for action
        # 0. So plain targets (20) pull Q(s, 0) = 5 up, double targets (0) pull it down.
        promised = ([5.0, 6.0], [20.0, 0.0])
        steps = transitions(random, BATCH)._replace(
            action=np.zeros(BATCH, np.int64),
            reward=np.zeros(BATCH, np.float32),
            terminated=np.zeros(BATCH, dtype=bool),
        )
        if not _own_parts_are_right(student, promised, steps):
            return  # checked at their own exercises
        moved = {}
        for double in (False, True):
            agent = self.agent(student, double=double)
            nets = network_of(agent, "net"), network_of(agent, "target_net")
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
            "action, self.target_net gives its value: double_dqn_targets(self.net, "
            "self.target_net, ...).",
        )
        expect(
            moved[False] > 0,
            "never_plain",
            "With double=False the agent does not learn plain DQN's targets: "
            "td_targets(self.target_net, ...).",
        )

    @check(points=1)
    def can_be_compiled(self, student: Student, random: np.random.Generator) -> None:
        agent = self.agent(student)
        before = network_of(agent, "net").parameters()
        try:
            for _ in range(2):
                agent.call("compiled_step", *_tensors(transitions(random, BATCH)))
        except StudentError as error:
            if error.kind not in (
                "NotImplementedError",
                "AttributeError",
                "OperatorNotAllowedInGraphError",
            ):
                raise
            raise CheckFailed(
                "leaves_tensorflow",
                Message(
                    "Compiled by tf.function the step fails. Inside, there are no numbers yet, "
                    "only a recording: no .numpy(), no NumPy functions, no predict_on_batch, no "
                    "`if` that asks a tensor. TensorFlow's error: {error}",
                    error=error.message[:200],
                ),
            ) from None
        expect(
            changed(before, network_of(agent, "net").parameters()),
            "compiled_step_learns_nothing",
            "Called as it is, gradient_step moves the weights; compiled, it does not. Compute "
            "everything inside gradient_step with TensorFlow.",
        )

    @check(points=1)
    def waits_until_the_buffer_is_filled(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent = self._quick_agent(student, min_replay_size=3 * BATCH)
        expect_waits_for_its_memory(agent, self.names, random, BATCH)

    @check(points=1)
    def the_target_network_follows_now_and_then(
        self, student: Student, random: np.random.Generator
    ) -> None:
        if not _own_transfer_works(student):
            return  # checked at its own exercise
        agent = self._quick_agent(student)
        # A first difference, so that a transfer shows even before the first batch.
        redraw(network_of(agent, "target_net"), random, scale=0.1)
        Follows(self.names, BATCH, INTERVAL).expect(agent, random)

    def probed_agent(self, student: Student, gamma: float) -> StudentObject:
        """An agent that learns in every `train`, and fast."""
        return self.agent(
            student,
            gamma=gamma,
            learning_rate=5e-3,
            batch_size=64,
            buffer_size=2_000,
            min_replay_size=64,
            target_update_freq=5,
        )

    def _quick_agent(self, student: Student, **settings: float) -> StudentObject:
        """The same, but its step is not compiled: for a few batches that would take longer."""
        agent = self.agent(student, **settings)
        agent.set("compiled_step", agent.get("gradient_step"))
        return agent


class SaveTask(Task):
    """The whole model in a file, and back."""

    requires = ("DQN", "save_network", "load_network")

    @check(points=2)
    def the_whole_model_comes_back(self, student: Student, random: np.random.Generator) -> None:
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
                Message(
                    "The file cannot be loaded. It should be written by net.save(path) and read by "
                    "keras.models.load_model(path), and get_config should hand out all arguments "
                    "of __init__ under their names. The error: {error}",
                    error=error.message[:300],
                ),
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
            Message(
                "The restored network is a {restored}, not a {saved}: save the model itself.",
                restored=restored.kind,
                saved=net.kind,
            ),
        )


def _new_network(student: Student, n_actions: int, n_hidden_layers: int) -> StudentObject:
    network = student.call("DQN", n_actions=n_actions, n_hidden_layers=n_hidden_layers)
    if not isinstance(network, StudentObject):
        raise CheckFailed("no_network", "DQN(...) should make a network.")
    return network


def _q_values(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    return agent.call("net", Tensor(observation))


def _tensors(steps: Transition) -> list[Tensor]:
    return [Tensor(column) for column in steps[:5]]


def _gradient_step(agent: StudentObject, steps: Transition) -> None:
    agent.call("gradient_step", *_tensors(steps))


def _answer_constantly(net: StudentObject, values: list[float]) -> None:
    """Let the network give these values whatever it sees: no weights, only the last bias."""
    parameters = {name: np.zeros_like(array) for name, array in net.parameters().items()}
    last = list(parameters)[-1]
    if parameters[last].shape != (len(values),):
        raise CheckFailed(
            "wrong_last_layer",
            "The last layer of self.net should have a unit for each action: fix your DQN first.",
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
    return not changed(target_net.parameters(), before) and not changed(net.parameters(), before)


update = UpdateTask("double_dqn_keras/update")
#: Three probes only: each agent's step takes its time to be compiled.
add_probe_checks(
    update,
    ProbedAgent(make=update.probed_agent, values=_q_values, rounds=80),
    (DelayedReward(), RewardFromBoth(), TimeLimit()),
)

UNIT = Unit(
    name="double_dqn_keras",
    title="Double DQN",
    about="Double DQN, and how much plain DQN overestimates",
    assignment="6_double_dqn_keras",
    framework=FRAMEWORK,
    tasks=(
        ReplayBufferTask("double_dqn_keras/memory", MemoryNames(cls="ReplayBuffer", push="add")),
        NetworkTask("double_dqn_keras/network"),
        LinearEpsilonTask("double_dqn_keras/epsilon"),
        EpsilonGreedyTask("double_dqn_keras/act"),
        TargetsTask("double_dqn_keras/targets", wording=KERAS_TENSORS),
        DoubleTargetsTask("double_dqn_keras/double_targets", wording=KERAS_TENSORS),
        HuberLossTask("double_dqn_keras/loss", wording=KERAS_TENSORS),
        CopyTask("double_dqn_keras/copy", function="transfer_weights"),
        update,
        SaveTask("double_dqn_keras/save"),
        ChoiceTask("double_dqn_keras/diagnosis", digest="6df66808a5d6af2e"),
    ),
    agent=AgentRule(
        points=6,
        training=Training(
            episodes=5_000, environments=64, max_steps=160_000, checkpoint_every=5_000
        ),
        threshold=475.0,
        learns=Learns.VALUES,
        processor_seconds=150.0,  # 5 to 20 on an idle core; three times as many on a busy one
    ),
)
