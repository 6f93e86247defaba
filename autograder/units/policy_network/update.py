"""The update of policy_network: the agent plays a batch of episodes, then learns once."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.networks import differences, distance, observations, rise
from autograder.units.shared.policies import expect_drawn
from autograder.units.shared.saving import network_of
from autograder.worker.interface import Student, StudentObject, Tensor
from helpers.agents import Transition


class UpdateTask(Task):
    """`SimplePolicy`: act, train and update."""

    requires = ("SimplePolicy",)

    @check(points=1, blocking=True)
    def act_answers_and_remembers(self, student: Student, random: np.random.Generator) -> None:
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
            "After one call of act, self.memory should hold one entry: append the "
            "log-probabilities that choose_action returned.",
        )
        if isinstance(chosen, list) and len(chosen) == 2 and isinstance(chosen[1], np.ndarray):
            expect_close(
                memory[0],
                chosen[1],
                "wrong_memory",
                "self.memory should hold what choose_action returned second: the "
                "log-probabilities of the chosen actions.",
                known_mistakes=(
                    KnownMistake(
                        "actions_remembered",
                        action.astype(float),
                        "self.memory holds the actions: the loss needs their log-probabilities.",
                    ),
                ),
            )
            expect_drawn(action, chosen[0])

    @check(points=1, blocking=True)
    def learns_when_all_episodes_have_ended(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent, start = _new_agent(student, random, 2)
        before = _weights(agent)
        _play(agent, random, start, terminated=[True, False])
        expect(
            not _changed(before, _weights(agent)),
            "learns_too_early",
            "The weights changed while an episode was still running. An episode that ended waits "
            "for the others: update only when self.running is 0.",
        )
        _play(agent, random, start[1:], terminated=[True], episode=[1])
        expect(
            _changed(before, _weights(agent)),
            "step_missing",
            "All episodes have ended, but the weights have not changed. In update: is there "
            "loss.backward() and, after it, self.optimizer.step()?",
        )

    @check(points=1)
    def an_episode_cut_by_the_time_limit_ends_too(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent, start = _new_agent(student, random, 2)
        before = _weights(agent)
        _play(agent, random, start, terminated=[False, False])
        _play(agent, random, start, terminated=[True, False], truncated=[False, True])
        expect(
            _changed(before, _weights(agent)),
            "only_terminated",
            "One pole fell, the other episode reached the time limit: both have ended, but nothing "
            "was learned. An episode ends when it is terminated or truncated. Otherwise a perfect "
            "agent never learns again.",
        )

    @check(points=1)
    def a_step_lowers_the_loss(self, student: Student, random: np.random.Generator) -> None:
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
            "The update makes your own policy_loss larger, not smaller. Call loss.backward() on "
            "what policy_loss returns, without another minus.",
        )

    @check(points=1)
    def old_gradients_are_cleared(self, student: Student, random: np.random.Generator) -> None:
        agent, start = _new_agent(student, random, 6)
        net = agent.get("net")
        nothing = np.zeros(6, np.float32)
        first = _weights(agent)
        log_probs = student.call_ref("choose_action", net, start, output=1)
        if _slope_of_the_loss(student, student.fetch(log_probs), nothing) != 0:
            return  # their loss ignores the returns: asked at its own exercise
        agent.call("update", log_probs, Tensor(np.ones(6, np.float32)))
        second = _weights(agent)
        # Returns of zero make the gradient zero: only what is left of the first can move the
        # weights as far again. Adam's momentum alone moves them two thirds as far.
        log_probs = student.call_ref("choose_action", net, start, output=1)
        agent.call("update", log_probs, Tensor(nothing))
        third = _weights(agent)
        expect(
            distance(second, third) < 0.95 * distance(first, second)
            or distance(first, second) == 0,
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
        Message("act should return the actions 0 or 1, not {actions}.", actions=action.tolist()),
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
