"""dqn_keras: a Deep Q-Network in Keras, first without its two remedies (Mnih et al. 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from autograder.agents.rule import AgentRule, Learns
from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.answers import ChoiceTask
from autograder.units.shared.dense_network import VALUES, DenseNetwork
from autograder.units.shared.exploration import EpsilonGreedyTask, LinearEpsilonTask
from autograder.units.shared.keras_networks import masked_network, ones, without
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
from autograder.units.shared.q_networks import QNetwork
from autograder.units.shared.replay import ReplayMemoryTask
from autograder.units.shared.target_network import CopyTask
from autograder.units.shared.td_targets import TargetsTask
from autograder.units.shared.wording import KERAS_ARRAYS
from autograder.units.unit import Unit
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition
from helpers.training import Training

FRAMEWORK = "tensorflow"

#: Transitions in a batch of an agent that learns a few times, and its discount.
BATCH, GAMMA = 8, 0.9
#: Batches between two copies to its target network, and turns between two batches.
INTERVAL, REPLAY_INTERVAL = 4, 3
#: Of an agent with small batches.
SETTINGS = {
    "gamma": GAMMA,
    "reward_scale": 1.0,
    "batch_size": BATCH,
    "start_replay_step": BATCH,
    "replay_interval": 1,
    "target_interval": INTERVAL,
    "memory_size": 200,
}

PREDICT_IN_A_LOOP = (
    "You call net.predict. It is made for large data sets and takes a hundred times as long as the "
    "computation; in every step of an agent that is hours. Write net.predict_on_batch([...])."
)
FIT_IN_A_LOOP = (
    "You call net.fit (or net.predict). Both are made for large data sets: each call costs fifty "
    "times what the step itself does. Write net.train_on_batch(...)."
)


class ModelTask(Task):
    """The functional model with two inputs, observations and a mask."""

    requires = ("build_model",)

    @check(points=1, blocking=True)
    def takes_observations_and_a_mask(self, student: Student, random: np.random.Generator) -> None:
        for n_actions in (2, 3):
            network = _new_model(student, n_actions)
            try:
                output = network([Tensor(observations(random)), Tensor(ones(5, n_actions))])
            except StudentError as error:
                raise CheckFailed(
                    "wrong_inputs",
                    Message(
                        "The model should take a list of two things: observations, shape "
                        "(batch, 4), and a mask, shape (batch, n_actions). Called so, it raises: "
                        "{error}",
                        error=error.message[:200],
                    ),
                ) from None
            expect_shape(
                output,
                (5, n_actions),
                "wrong_output_shape",
                "Five observations should give five rows with one Q-value for each action.",
            )

    @check(points=1)
    def computes_what_its_layers_say(self, student: Student, random: np.random.Generator) -> None:
        network = _new_model(student, 3, hidden_size=7)
        redraw(network, random)
        layers = linear_layers(network, FRAMEWORK)
        expect(
            len(layers) == 3,
            "wrong_number_of_layers",
            Message(
                "Your model has {count} layers with weights; there should be three: two hidden "
                "ones, and one with a unit for each action.",
                count=len(layers),
            ),
        )
        expect(
            layers[0].weight.shape == (4, 7) and layers[1].weight.shape == (7, 7),
            "sizes_ignored",
            "With hidden_size=7 both hidden layers should have 7 units: use the argument, not a "
            "fixed number.",
        )
        x = observations(random)
        dense = DenseNetwork(
            tuple(layers), VALUES, last="the last Dense layer", relu='activation="relu"'
        ).centred(network, x)
        expect_close(
            network([Tensor(x), Tensor(ones(5, 3))]),
            dense(x),
            "wrong_values",
            "The Q-values are not what these layers compute: Dense, ReLU, Dense, ReLU, Dense, each "
            "fed with the result of the one before, then the mask.",
            known_mistakes=dense.known_mistakes(x),
            tolerance=1e-3,
        )

    @check(points=1)
    def the_mask_silences_the_other_actions(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = _new_model(student, 3)
        redraw(network, random)
        x = observations(random)
        mask = np.eye(3, dtype=np.float32)[[0, 2, 1, 1, 2]]
        values = expect_shape(
            network([Tensor(x), Tensor(ones(5, 3))]),
            (5, 3),
            "wrong_output_shape",
            "There should be a Q-value for each action.",
        )
        expect_close(
            network([Tensor(x), Tensor(mask)]),
            values * mask,
            "wrong_mask",
            "With a mask the output should be Q-values times mask: the value where the mask is 1, "
            "and 0 where it is 0.",
            known_mistakes=(
                KnownMistake(
                    "mask_ignored",
                    values,
                    "The mask changes nothing: the output should be "
                    "layers.Multiply()([values, mask]).",
                ),
                KnownMistake(
                    "mask_added",
                    values - 1 + mask,
                    "The mask is added to the values; it should be multiplied with them.",
                ),
            ),
            tolerance=1e-3,
        )

    @check(points=0)
    def is_compiled_for_learning(self, student: Student, random: np.random.Generator) -> None:
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
            'The loss should be the mean squared error, "mse". The line with model.compile was '
            "given: restore it.",
        )


class ActTask(EpsilonGreedyTask):
    """Epsilon-greedy actions, without the slow `predict`."""

    @check(points=1)
    def no_predict_in_a_loop(self, student: Student, random: np.random.Generator) -> None:
        network = masked_network(student, QNetwork.draw(random).layers)
        with without(network, ["predict"], "predict_in_a_loop", PREDICT_IN_A_LOOP):
            student.call("select_action", network, np.zeros((2, 4), np.float32), 0.0)


class KerasTargetsTask(TargetsTask):
    """Targets, without the slow `predict`."""

    @check(points=1)
    def no_predict_in_a_loop(self, student: Student, random: np.random.Generator) -> None:
        network = masked_network(student, QNetwork.draw(random).layers)
        reward, terminated = np.ones(2, np.float32), np.array([True, False])
        columns = (reward, np.zeros((2, 4), np.float32), terminated)
        with without(network, ["predict"], "predict_in_a_loop", PREDICT_IN_A_LOOP):
            student.call("td_targets", network, *columns, GAMMA)


class LearnTask(Task):
    """`learn(net, observation, action, targets)`: an update step, and its loss."""

    requires = ("learn",)

    @check(points=2, blocking=True)
    def only_the_action_taken_learns(self, student: Student, random: np.random.Generator) -> None:
        q, x = QNetwork.draw(random), observations(random, 6)
        values = q.values(x)
        action = random.permutation(np.arange(6) % q.n_actions)
        error = random.permutation(np.array([0.4, -0.9, 1.3, -2.0, 2.6, -3.1]))
        targets = (values[np.arange(6), action] - error).astype(np.float32)
        network = masked_network(student, q.layers)
        _use_plain_descent(network)
        with without(network, ["fit", "predict"], "fit_in_a_loop", FIT_IN_A_LOOP):
            student.call("learn", network, x, action, targets)
        moved = q.layers[-1][1] - _last_bias(network)
        expect(
            bool(np.any(moved)),
            "nothing_learned",
            "The network has not changed. Call net.train_on_batch([observation, mask], answers).",
        )
        mask = np.eye(q.n_actions)[action]
        expect_close(
            moved,
            2 / mask.size * (mask * error[:, None]).sum(axis=0),
            "wrong_step",
            "The network moves, but not only Q(s, a) of the actions taken, or not towards the "
            "targets. The mask has a one at each row's own action, the answers have the row's "
            "target there.",
            known_mistakes=_wrong_steps(values, action, targets),
            tolerance=1e-3,
        )

    @check(points=0)
    def returns_the_loss(self, student: Student, random: np.random.Generator) -> None:
        q, x = QNetwork.draw(random), observations(random, 4)
        network = masked_network(student, q.layers)
        network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
        targets = (q.values(x)[:, 1] + 2.0).astype(np.float32)
        loss = student.call("learn", network, x, np.ones(4, np.int64), targets)
        expect_close(
            loss,
            np.array(4.0 / q.n_actions),
            "loss_not_returned",
            "learn should return the loss: what train_on_batch returns.",
            known_mistakes=(
                KnownMistake(
                    "answers_not_masked",
                    np.array((4.0 + (q.n_actions - 1) * np.mean(targets**2)) / q.n_actions),
                    "The answers hold the target at all actions, but the masked outputs are 0 "
                    "where the mask is 0: a loss that no learning can remove. Multiply the targets "
                    "with the one-hot encoding, too.",
                ),
            ),
            tolerance=1e-3,
        )


def _wrong_steps(
    values: np.ndarray, action: np.ndarray, targets: np.ndarray
) -> tuple[KnownMistake, ...]:
    """Moves of the last bias; values: (rows, n_actions), action and targets: (rows,)."""
    n_actions = values.shape[1]
    mask, other = np.eye(n_actions)[action], np.eye(n_actions)[(action + 1) % n_actions]
    column, scale = targets[:, None], 2 / mask.size
    return (
        KnownMistake(
            "mask_of_ones",
            scale * (values - mask * column).sum(axis=0),
            "The mask is all ones, so the actions that were not taken learn that they are worth 0. "
            "Use the one-hot encoding of the actions as the mask.",
        ),
        KnownMistake(
            "all_actions_learn",
            scale * (values - column).sum(axis=0),
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
            scale * (other * (values - column)).sum(axis=0),
            "The mask marks another action than the one taken.",
        ),
    )


class NaiveTask(Task):
    """The agent without memory and target network."""

    requires = ("AdvancedQAgent",)

    @check(points=1, blocking=True)
    def learns_from_the_last_steps(self, student: Student, random: np.random.Generator) -> None:
        agent = _naive_agent(student)
        net = network_of(agent, "net")
        before = net.parameters()
        agent.call("train", transitions(random, BATCH))
        expect(
            changed(before, net.parameters()),
            "nothing_learned",
            "self.memory holds a whole batch, but replay changes no weight of self.net: call "
            "learn(self.net, ...) with the batch and its targets.",
        )

    @check(points=1)
    def targets_are_those_of_the_batch(self, student: Student, random: np.random.Generator) -> None:
        agent = _naive_agent(student)
        net = network_of(agent, "net")
        steps = transitions(random, BATCH)
        redraw(net, random, scale=0.3)
        if not _own_learn_is_right(student, random):
            return  # checked at its own exercise
        own = np.asarray(student.call("td_targets", net, *_for_targets(steps), GAMMA))
        values = np.asarray(net([Tensor(steps.observation), Tensor(ones(BATCH, 2))]))
        before = _last_bias(net)
        _use_plain_descent(net)
        agent.call("train", steps)
        error = values[np.arange(BATCH), steps.action] - own
        expect_close(
            before - _last_bias(net),
            np.array([np.sum(error[steps.action == a]) for a in (0, 1)]) / BATCH,
            "wrong_batch",
            "replay learns, but not what the steps in self.memory say. Take the five parts in "
            "their order (observation, action, reward, next_observation, terminated), call "
            "td_targets(self.net, reward, next_observation, terminated, s.gamma), and learn these "
            "targets for observation and action.",
            tolerance=1e-3,
        )


class UpdateTask(QAgentTask):
    """The agent with memory and target network."""

    requires = ("DQNAgent",)
    names = AgentNames(
        cls="DQNAgent",
        learn="self.replay()",
        start="start_replay_step",
        follow="copy_weights(self.target_net, self.net)",
        interval="target_interval",
    )
    settings: ClassVar[Mapping[str, float]] = SETTINGS

    @check(points=1, blocking=True)
    def waits_then_learns_from_its_memory(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent = self.agent(student, start_replay_step=3 * BATCH)
        expect_waits_for_its_memory(agent, self.names, random, BATCH)

    @check(points=1)
    def learns_in_every_few_turns(self, student: Student, random: np.random.Generator) -> None:
        agent = self.agent(student, replay_interval=REPLAY_INTERVAL)
        net = network_of(agent, "net")
        weights, learned = net.parameters(), []
        for turn in range(1, 3 * REPLAY_INTERVAL + 1):
            # As many rows as cart poles still play.
            agent.call("train", transitions(random, BATCH + turn))
            found = net.parameters()
            if changed(weights, found):
                learned.append(turn)
            weights = found
        due = Message(
            "With replay_interval = {interval} a batch is due every {interval} turns.",
            interval=REPLAY_INTERVAL,
        )
        expect(
            len(learned) < 3 * REPLAY_INTERVAL - 1,
            "learns_in_every_turn",
            Message(
                "The agent learns a batch in every turn. {due} Call self.replay() only where "
                "self.turns % self.settings.replay_interval is 0.",
                due=due,
            ),
        )
        expect(
            set(np.diff(learned)) == {REPLAY_INTERVAL},
            "wrong_replay_interval",
            Message(
                "The agent learned in the turns {learned} of {turns}. {due} Every call of train is "
                "a turn, however many cart poles play: self.turns counts them.",
                learned=learned,
                turns=3 * REPLAY_INTERVAL,
                due=due,
            ),
        )

    @check(points=1)
    def targets_come_from_the_target_network(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent = self.agent(student)
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        steps = transitions(random, BATCH)._replace(
            reward=np.zeros(BATCH, np.float32), terminated=np.zeros(BATCH, dtype=bool)
        )
        # The target network may follow before the first batch. That one teaches nothing: 0 is
        # right.
        _answer_constantly(net, 0.0)
        _answer_constantly(target_net, 0.0)
        agent.call("train", steps)
        # The target network promises 20: towards 0.9 * 20 the 5 must rise. The network itself
        # promises 5: towards 0.9 * 5 it would fall.
        _answer_constantly(net, 5.0)
        _answer_constantly(target_net, 20.0)
        own = [
            float(np.mean(student.call("td_targets", network, *_for_targets(steps), GAMMA)))
            for network in (net, target_net)
        ]
        if not own[0] < 5 < own[1] or not _own_learn_is_right(student, random):
            return  # checked at their own exercises
        agent.call("train", steps)
        moved = _last_bias(net) - 5.0
        expect(
            bool(np.all(moved >= 0)) and bool(np.any(moved > 0)),
            "targets_from_the_network",
            "The target network promised more than the network, and yet Q(s, a) fell. Give "
            "self.target_net to td_targets, and self.net to learn.",
        )

    @check(points=1)
    def the_target_network_follows_now_and_then(
        self, student: Student, random: np.random.Generator
    ) -> None:
        if not _own_copy_works(student):
            return  # checked at its own exercise
        Follows(self.names, BATCH, INTERVAL).expect(self.agent(student), random)

    def agent(self, student: Student, **settings: float) -> StudentObject:
        """A fresh agent with small batches, whose network learns without being compiled."""
        agent = super().agent(student, **settings)
        network_of(agent, "net").set("run_eagerly", True)
        return agent

    def probed_agent(self, student: Student, gamma: float) -> StudentObject:
        """An agent that learns in every `train`, and fast."""
        return super().agent(
            student,
            gamma=gamma,
            alpha=5e-3,
            batch_size=64,
            memory_size=2_000,
            start_replay_step=64,
            target_interval=5,
        )


def values_with_all_actions(
    student: Student, agent: StudentObject, observation: np.ndarray
) -> object:
    """What `agent.net` answers for each observation with a mask of ones: (n, 4) to (n, 2)."""
    return agent.call("net", [Tensor(observation), Tensor(ones(len(observation), 2))])


def _new_model(student: Student, n_actions: int, **settings: float) -> StudentObject:
    model = student.call("build_model", n_actions=n_actions, **settings)
    if not isinstance(model, StudentObject):
        raise CheckFailed("no_model", "build_model(...) should return a Keras model.")
    return model


def _naive_agent(student: Student) -> StudentObject:
    """A fresh agent with small batches, whose network learns without being compiled."""
    agent = student.call("AdvancedQAgent", student.call("Settings", **SETTINGS))
    if not isinstance(agent, StudentObject):
        raise CheckFailed("no_agent", "AdvancedQAgent(...) should make an agent.")
    network_of(agent, "net").set("run_eagerly", True)
    return agent


def _last_bias(network: StudentObject) -> np.ndarray:
    return list(network.parameters().values())[-1]


def _for_targets(steps: Transition) -> tuple[np.ndarray, ...]:
    return steps.reward, steps.next_observation, steps.terminated


def _answer_constantly(network: StudentObject, value: float) -> None:
    """Let the network give this value whatever it sees: no weights, only the last bias."""
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
    targets = q.values(x)[[0, 1], action] + 1.0
    student.call("learn", network, x, action, targets.astype(np.float32))
    return bool(np.allclose(_last_bias(network) - q.layers[-1][1], 0.5, atol=1e-3))


def _own_copy_works(student: Student) -> bool:
    """Whether the student's own `copy_weights` copies."""
    layers = [[(np.full((4, 2), value, np.float32), np.zeros(2, np.float32))] for value in (0, 1)]
    target_net, net = (masked_network(student, given) for given in layers)
    student.call("copy_weights", target_net, net)
    return not changed(target_net.parameters(), net.parameters())


update = UpdateTask("dqn_keras/update")
#: Three probes only: a Keras model takes its time to be compiled.
add_probe_checks(
    update,
    ProbedAgent(make=update.probed_agent, values=values_with_all_actions, rounds=80),
    (DelayedReward(), RewardFromBoth(), TimeLimit()),
)

UNIT = Unit(
    name="dqn_keras",
    title="Deep Q-learning with Keras",
    about="the same in Keras, first without memory and target network, to see what they are for",
    assignment="5_dqn_keras",
    framework=FRAMEWORK,
    tasks=(
        ModelTask("dqn_keras/model"),
        LinearEpsilonTask("dqn_keras/epsilon"),
        ActTask("dqn_keras/act", network=masked_network),
        KerasTargetsTask(
            "dqn_keras/targets", network=masked_network, arrays=np.asarray, wording=KERAS_ARRAYS
        ),
        LearnTask("dqn_keras/learn"),
        NaiveTask("dqn_keras/naive"),
        ReplayMemoryTask("dqn_keras/memory"),
        CopyTask("dqn_keras/copy", network=masked_network),
        update,
        ChoiceTask("dqn_keras/diagnosis", digest="90cb7ca46039d96b"),
    ),
    agent=AgentRule(
        points=6,
        environment="helpers/ShortCartPole-v0",
        training=Training(
            episodes=5_000, environments=48, max_steps=160_000, checkpoint_every=4_000
        ),
        threshold=195.0,
        values=values_with_all_actions,
        learns=Learns.VALUES,
        processor_seconds=150.0,  # 5 to 20 on an idle core; three times as many on a busy one
    ),
)
