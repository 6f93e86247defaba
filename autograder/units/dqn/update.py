"""The agent of dqn: one update step, and what it learns in the probes."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import check
from autograder.messages import Message
from autograder.units.shared.networks import distance, observations, redraw
from autograder.units.shared.probes import ProbedAgent, add_probe_checks
from autograder.units.shared.q_agent import AgentNames, QAgentTask, network_of
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition

#: Transitions in the memory of an agent that learns once.
STEPS = 8
#: Its discount, and the part of the way that its target network goes. Neither is the notebook's
#: own: an agent that uses that one shows.
GAMMA, TAU = 0.9, 0.4
TRIES = 50  # to draw a network that tells two observations apart
#: No number of a gradient may be larger.
CLIP = 100.0


class UpdateTask(QAgentTask):
    """One update step: a batch, its targets and loss, the optimizer, the target network."""

    requires = ("DQNAgent",)
    names = AgentNames(cls="DQNAgent")

    @check(points=1, blocking=True)
    def learn_moves_the_weights(self, student: Student, random: np.random.Generator) -> None:
        agent, _ = self._agent_with_memory(student, random)
        net = network_of(agent, "net")
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

    @check(points=1)
    def targets_come_from_the_target_network(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent, steps = self._agent_with_memory(student, random)
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        # The target network promises 20: towards 0.9 * 20 the 5 must rise. The network itself
        # promises 5: towards 0.9 * 5 it would fall.
        _answer_constantly(net, 5.0)
        _answer_constantly(target_net, 20.0)
        before = net(Tensor(steps.observation[:1]))[0]
        target = _own_targets(student, target_net, steps)
        if not _own_targets(student, net, steps) < before.min() < target:
            return  # their td_targets is checked at its own exercise
        if not _own_loss_falls(student, net, steps, target):
            return  # and so is their q_loss
        agent.call("learn")
        moved = net(Tensor(steps.observation[:1]))[0] - before
        expect(
            moved[np.argmax(np.abs(moved))] > 0,
            "targets_from_the_network",
            "The target network promised more than the network, and yet Q(s, a) fell. Give "
            "self.target_net to td_targets and self.net to q_loss, and call backward() on the loss "
            "as it is, without another minus.",
        )

    @check(points=1)
    def loss_of_a_batch_is_what_learns(self, student: Student, random: np.random.Generator) -> None:
        agent, _ = self._agent_with_memory(student, random)
        net = network_of(agent, "net")
        redraw(net, random, scale=0.2)
        batch = agent.call("memory.sample", STEPS)
        if not isinstance(batch, list) or len(batch) != 5:
            return  # their memory is checked at its own exercise
        question = _BatchQuestion(student, net, network_of(agent, "target_net"), *batch)
        question.prepare(random)
        right, without_next = question.gradient(), question.gradient(of_observation=True)
        other_gamma = question.gradient(gamma=0.99)
        checked_above = ([-array for array in right], question.gradient(judge=net))
        agent.call("learn")
        seen = _gradients_seen(agent, len(net.parameters()))
        if not seen or not right or any(_alike(seen, wrong) for wrong in checked_above):
            return  # another optimizer; a q_loss without gradient; the target network not used
        if _alike(seen, right):
            return
        expect(
            not _alike(seen, without_next),
            "next_observation_not_used",
            "The targets are computed for batch.observation: V is the value of what was seen "
            "*after* the step, batch.next_observation.",
        )
        expect(
            not _alike(seen, other_gamma),
            "fixed_discount",
            "The targets are computed with GAMMA instead of the discount of the agent's settings: "
            "s.gamma.",
        )
        raise CheckFailed(
            "wrong_gradient",
            "The gradient that reached the optimizer is not that of your q_loss for the batch "
            "sampled. The targets are those of self.target_net, from the batch's reward, "
            "next_observation and terminated; the loss is that of self.net, from its observation, "
            "action and these targets; the old gradients are cleared before.",
        )

    @check(points=1)
    def target_network_follows(self, student: Student, random: np.random.Generator) -> None:
        agent, _ = self._agent_with_memory(student, random)
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        redraw(target_net, random)
        start, slow = net.parameters(), target_net.parameters()
        agent.call("learn")
        found = target_net.parameters()
        # It may follow before the step of the optimizer or after it.
        right = [self._own_soft_update(student, slow, fast) for fast in (start, net.parameters())]
        if any(distance(slow, moved) == 0 for moved in right):
            return  # their soft_update moves nothing: checked at its own exercise
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

    @check(points=1)
    def old_gradients_are_cleared(self, student: Student, random: np.random.Generator) -> None:
        agent, steps = self._agent_with_memory(student, random)
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        distances = []
        for promised in (100.0, 10.0):
            _answer_constantly(net, 9.0)
            _answer_constantly(target_net, promised)
            before = net.parameters()
            agent.call("learn")
            distances.append(distance(before, net.parameters()))
        # The second time there was nothing to learn: 0.9 * 10 is 9. What is left of the first
        # gradient alone moves the weights as far again; AdamW's momentum takes two thirds of it.
        _answer_constantly(target_net, 10.0)
        if abs(_own_targets(student, target_net, steps) - 9.0) > 1e-3:
            return  # their td_targets is checked at its own exercise
        _answer_constantly(net, 9.0)
        columns = (steps.observation, steps.action, np.full(STEPS, 9.0, np.float32))
        if _own_gradient(student, net, columns) > 1e-3:
            return  # their q_loss is checked at its own exercise
        expect(
            distances[1] < 0.9 * distances[0],
            "zero_grad_missing",
            "The gradients of the step before are still there: backward() adds to them. Call "
            "self.optimizer.zero_grad() before loss.backward().",
        )

    @check(points=1)
    def gradients_are_clipped(self, student: Student, random: np.random.Generator) -> None:
        agent, steps = self._agent_with_memory(student, random, scale=10_000.0)
        net = network_of(agent, "net")
        columns = (steps.observation, steps.action, np.full(STEPS, -1e6, np.float32))
        if _own_gradient(student, net, columns) < 2 * CLIP:
            return  # their q_loss is another one: checked at its own exercise
        agent.call("learn")
        seen = _gradients_seen(agent, len(net.parameters()))
        largest = max((float(np.abs(array).max()) for array in seen), default=0.0)
        expect(
            largest <= CLIP * 1.001,
            "not_clipped",
            Message(
                "A gradient of {largest:.0f} reached the optimizer. Between loss.backward() and "
                "self.optimizer.step(), cut it: "
                "nn.utils.clip_grad_value_(self.net.parameters(), 100).",
                largest=largest,
            ),
        )

    def probed_agent(self, student: Student, gamma: float) -> StudentObject:
        """An agent that learns in every `train`, and fast."""
        return self.agent(
            student,
            gamma=gamma,
            reward_scale=1.0,
            lr=5e-3,
            tau=0.4,
            batch_size=32,
            learning_starts=32,
            memory_size=4_000,
        )

    def _agent_with_memory(
        self, student: Student, random: np.random.Generator, scale: float = 1.0
    ) -> tuple[StudentObject, Transition]:
        """An agent whose memory is full of one and the same step, without reward or end."""
        agent = self.agent(student, gamma=GAMMA, tau=TAU, batch_size=STEPS, memory_size=STEPS)
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

    def _own_soft_update(
        self, student: Student, slow: dict[str, np.ndarray], fast: dict[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Where the student's own soft_update brings a target network with these parameters."""
        other = self.agent(student)
        target_net, net = network_of(other, "target_net"), network_of(other, "net")
        target_net.set_parameters(slow)
        net.set_parameters(fast)
        student.call("soft_update", target_net, net, TAU)
        return target_net.parameters()


class _BatchQuestion:
    """The gradient that the student's own functions give for the batch in an agent's memory."""

    def __init__(
        self,
        student: Student,
        net: StudentObject,
        target_net: StudentObject,
        *batch: np.ndarray,
    ) -> None:
        self.student = student
        self.net = net
        self.target_net = target_net
        self.observation, self.action, self.reward, self.next_observation, self.over = batch

    def prepare(self, random: np.random.Generator) -> None:
        """Give both networks weights for which the wrong observation shows."""
        for _ in range(TRIES):
            redraw(self.target_net, random, scale=0.2)
            _shift(self.target_net, 5.0)  # so that gamma matters
            # The error of 0.3 below becomes another one of the same sign for the wrong observation.
            if 0.1 < self._target(self.next_observation) - self._target(self.observation) < 0.5:
                break
        values = self.net(Tensor(self.observation))[0]
        target = self._target(self.next_observation)
        # So that the error is small, but there.
        _shift(self.net, target + 0.3 - values[int(self.action[0])])

    def gradient(
        self,
        *,
        of_observation: bool = False,
        gamma: float = GAMMA,
        judge: StudentObject | None = None,
    ) -> list[np.ndarray]:
        """Of the student's own q_loss, with targets of the own td_targets."""
        following = self.observation if of_observation else self.next_observation
        columns = map(Tensor, (self.reward, following, self.over))
        targets = self.student.call("td_targets", judge or self.target_net, *columns, gamma)
        given = map(Tensor, (self.observation, self.action, targets))
        found = self.student.gradients("q_loss", self.net, *given, network=self.net).parameters
        return [array for array in found.values() if array is not None]

    def _target(self, following: np.ndarray) -> float:
        columns = map(Tensor, (self.reward, following, self.over))
        return _number(self.student.call("td_targets", self.target_net, *columns, GAMMA))


def _q_values(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    return agent.call("net", Tensor(observation))


def _own_gradient(
    student: Student, net: StudentObject, columns: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> float:
    """The largest gradient of the student's own q_loss; 0 if it reaches no weight.

    columns: observations (STEPS, 4), actions and targets (STEPS,).
    """
    found = student.gradients("q_loss", net, *map(Tensor, columns), network=net).parameters.values()
    return max((float(np.abs(array).max()) for array in found if array is not None), default=0.0)


def _answer_constantly(network: StudentObject, value: float) -> None:
    """Let the network give this value whatever it sees: no weights, only the last bias."""
    parameters = network.parameters()
    last_bias = [name for name, array in parameters.items() if array.shape == (2,)]
    network.set_parameters({name: np.zeros_like(array) for name, array in parameters.items()})
    network.set_parameters({name: np.full(2, value, np.float32) for name in last_bias})


def _shift(network: StudentObject, value: float) -> None:
    """Add this to every answer of the network."""
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


update = UpdateTask("dqn/update")
add_probe_checks(update, ProbedAgent(make=update.probed_agent, values=_q_values))
