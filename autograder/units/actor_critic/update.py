"""The update of actor_critic: one step in which both heads learn, each from its own loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.actor_critic.advantage import leaks
from autograder.units.actor_critic.losses import Steps, slopes
from autograder.units.actor_critic.network import bias_name, part_of
from autograder.units.shared.networks import distance, observations, rise
from autograder.units.shared.policies import expect_drawn
from autograder.units.shared.saving import network_of
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition


class UpdateTask(Task):
    """`ACPolicy`: act and update."""

    requires = ("ACPolicy",)

    @check(points=1, blocking=True)
    def act_answers_and_remembers(self, student: Student, random: np.random.Generator) -> None:
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
            "After one call of act, self.memory should hold one entry: append a SavedAction with "
            "the log-probabilities and the values that choose_action returned.",
        )
        saved = memory[0]
        expect(
            isinstance(saved, list) and len(saved) == 2,
            "no_saved_action",
            "self.memory should hold SavedAction(log_prob, value).",
        )
        if not (isinstance(chosen, list) and len(chosen) == 3):
            return  # asked at its own exercise
        drawn, log_prob, value = chosen
        for item, right, other, name in (
            (saved[0], log_prob, value, "log_prob"),
            (saved[1], value, log_prob, "value"),
        ):
            if isinstance(right, np.ndarray) and isinstance(other, np.ndarray):
                expect_close(
                    item,
                    right,
                    "wrong_memory",
                    Message("SavedAction.{name} is not what choose_action returned.", name=name),
                    known_mistakes=(
                        KnownMistake(
                            "saved_in_the_wrong_order",
                            other,
                            "SavedAction takes the log-probabilities first, then the values.",
                        ),
                    ),
                )
        if isinstance(drawn, np.ndarray):
            expect_drawn(action, drawn)

    @check(points=2, blocking=True)
    def both_heads_learn_when_the_batch_has_ended(
        self, student: Student, random: np.random.Generator
    ) -> None:
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
                "The second backward() comes too late: the first one has used up the graph. Add "
                "the two losses, then one backward() and one step().",
            )
            raise
        expect(
            _optimizer_steps(agent) <= 1,
            "two_steps",
            "The optimizer made two steps. Before the second one the weights are no longer those "
            "with which that loss was computed. Add the two losses, then one backward() and one "
            "step().",
        )
        after = _weights(agent)
        moved = {name for name in before if not np.array_equal(before[name], after[name])}
        expect(
            bool(moved),
            "step_missing",
            "All episodes have ended, but no weight has changed. In update: is there a backward() "
            "and, after it, self.optimizer.step()?",
        )
        for head, other, mistake in (
            ("critic", "policy", "critic_not_trained"),
            ("policy", "critic", "policy_not_trained"),
        ):
            expect(
                any(name.startswith(head) for name in moved),
                mistake,
                Message(
                    "The {other} head learned, the {head} head did not move. Is its loss part of "
                    "the sum that you call backward() on, and does SavedAction still have its "
                    "graph (no detach, no item)?",
                    other=other,
                    head=head,
                ),
            )

    @check(points=1)
    def the_policy_follows_the_advantage(
        self, student: Student, random: np.random.Generator
    ) -> None:
        # The return is 1: more than a critic expected that says -3, less than one that says 3.
        for value, mistake, message in (
            (
                -3.0,
                "policy_uphill",
                "The update makes your own policy_loss larger, not smaller. Call backward() on the "
                "sum of what losses(...) returned, without another minus.",
            ),
            (
                3.0,
                "advantage_not_used",
                "The critic expected more than came, but the actions were encouraged: the policy's "
                "loss did not get the advantages. Pass losses(...) what advantage(...) returned.",
            ),
        ):
            agent, start = _agent(student, random, value=value)
            net = agent.get("net")
            seed = int(random.integers(2**31))
            student.seed(seed)
            rising = student.gradients(
                "choose_action", net, start, network=net, output=1
            ).parameters
            student.seed(seed)  # the same actions once more
            steps = _Played.played(student, agent, start, np.ones(len(start), np.float32))
            slope = steps.slope_of_the_policy(student, steps.advantages(student))
            before = _weights(agent)
            steps.learn(agent)
            after = _weights(agent)
            expect(rise(before, after, rising) * slope <= 0, mistake, message)

    @check(points=1)
    def only_its_own_loss_moves_the_critic(
        self, student: Student, random: np.random.Generator
    ) -> None:
        # The critic says too much. Its own loss pulls it down, by at most 1 a step. Through an
        # advantage that is not detached, the policy's loss pulls it up, by -log pi = 0.7 a step.
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
                "The critic was moved by the policy's loss: a gradient flows through the value in "
                "the advantage. Take the advantages from your advantage(returns, values).",
            ),
        ):
            agent, start = _agent(student, random, value=value)
            steps = _Played.played(student, agent, start, np.zeros(len(start), np.float32))
            if leaks(student, steps.returns, steps.values(student)):
                return  # asked at its own exercise
            slope = steps.slope_of_the_critic(student)
            before = _critic_bias(agent)
            steps.learn(agent)
            expect((_critic_bias(agent) - before) * slope <= 0, mistake, message)

    @check(points=1)
    def old_gradients_are_cleared(self, student: Student, random: np.random.Generator) -> None:
        agent, start = _agent(student, random, value=0.0)
        n = len(start)
        first = _weights(agent)
        _Played.played(student, agent, start, np.ones(n, np.float32)).learn(agent)
        second = _weights(agent)
        agent.get("net").set_parameters(first)
        # Now returns, values and advantages are 0, and with them the gradient: only what is left
        # of the one before can move the weights as far again. Adam's momentum alone moves them
        # two thirds as far.
        steps = _Played.played(student, agent, start, np.zeros(n, np.float32))
        if steps.slope_of_the_policy(student, steps.advantages(student)) != 0:
            return  # their loss ignores the advantages: asked at its own exercise
        steps.learn(agent)
        third = _weights(agent)
        expect(
            distance(first, third) < 0.95 * distance(first, second) or distance(first, second) == 0,
            "zero_grad_missing",
            "The gradients of the update before are still there: backward() adds to them. Call "
            "self.optimizer.zero_grad() before backward().",
        )


def _agent(
    student: Student, random: np.random.Generator, value: float | None = None
) -> tuple[StudentObject, np.ndarray]:
    """A fresh agent, and observations.

    value: its critic's value of every state; then its policy has equal probabilities, too.
    """
    agent = student.call("ACPolicy")
    net = network_of(agent)
    heads = {name: array for name, array in net.parameters().items() if part_of(name) != "hidden"}
    expect(
        {part_of(name) for name in heads} == {"policy", "critic"},
        "layers_missing",
        "The agent's network has no self.policy or no self.critic: fix forward first.",
    )
    if value is not None:
        parameters = {name: np.zeros_like(array) for name, array in heads.items()}
        parameters[bias_name(heads)][:] = value
        net.set_parameters(parameters)
    return agent, observations(random, 6)


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
    return float(parameters[bias_name(parameters)].sum())


@dataclass(frozen=True)
class _Played:
    """Steps played by the agent itself; what it computed stays on its side, graph and all."""

    held_log_probs: StudentObject
    held_values: StudentObject
    returns: np.ndarray  # (n,)

    @classmethod
    def played(
        cls, student: Student, agent: StudentObject, observation: np.ndarray, returns: np.ndarray
    ) -> _Played:
        net = agent.get("net")
        held = [student.call_ref("choose_action", net, observation, output=i) for i in (1, 2)]
        for item in held:
            expect(
                np.shape(student.fetch(item)) == returns.shape,
                "act_is_wrong",
                "choose_action does not return one log-probability and one value for each row "
                "here: fix the exercises forward and act first.",
            )
        return cls(held[0], held[1], returns)

    def log_probs(self, student: Student) -> np.ndarray:
        return student.fetch(self.held_log_probs)

    def values(self, student: Student) -> np.ndarray:
        return student.fetch(self.held_values)

    def advantages(self, student: Student) -> np.ndarray:
        """As the student computes them."""
        found = student.call("advantage", Tensor(self.returns), Tensor(self.values(student)))
        return expect_shape(
            found, self.returns.shape, "advantage_is_wrong", "Fix the exercise advantage first."
        )

    def slope_of_the_policy(self, student: Student, advantages: np.ndarray) -> float:
        """How the student's policy_loss changes when all log-probabilities grow."""
        values = self.values(student)
        steps = Steps(self.log_probs(student), advantages, values, self.returns)
        return float(slopes(student, 0, steps).log_probs.sum())

    def slope_of_the_critic(self, student: Student) -> float:
        """How the student's value_loss changes when all values grow."""
        values = self.values(student)
        steps = Steps(self.log_probs(student), self.returns - values, values, self.returns)
        return float(slopes(student, 1, steps).values.sum())

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
