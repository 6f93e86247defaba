"""The agent of double_dqn_keras: its update step, when it learns, when its target follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import check
from autograder.messages import Message
from autograder.units.shared.networks import redraw
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
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition

#: Transitions in a batch of an agent that learns a few times, and its discount.
BATCH, GAMMA = 8, 0.9
#: Batches between two transfers to its target network.
INTERVAL = 4


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
