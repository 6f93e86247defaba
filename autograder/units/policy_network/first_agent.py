"""The first agent of policy_network: REINFORCE, one episode at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import expect
from autograder.units.policy_network.update import (
    expect_given,
    expect_share,
    known_loss,
)
from autograder.units.shared.agents import AgentKind
from autograder.units.shared.episode_agent import (
    RATE,
    EpisodeAgent,
    draw_scales,
    expect_one_step,
)
from autograder.units.shared.first_agent import FirstAgentTask, Lesson
from autograder.worker.interface import Scaled, StudentObject


@dataclass(frozen=True)
class PolicyLesson(Lesson):
    """An episode whose loss is linear in the log-probabilities: scales and weights, (steps,)."""

    agent: EpisodeAgent
    returns: np.ndarray
    scales: np.ndarray
    weights: np.ndarray
    loss: StudentObject

    @classmethod
    def prepare(cls, agent: EpisodeAgent, random: np.random.Generator, steps: int) -> PolicyLesson:
        """Put the double of policy_loss in place."""
        weights = draw_scales(random, steps)
        returns = random.normal(size=steps).astype(np.float32)
        loss = known_loss(agent.student, weights)
        return cls(agent, returns, draw_scales(random, steps), weights, loss)

    def drawn(self, step: int) -> list[Scaled]:
        """The log-probability."""
        return [self.agent.remembered(0, self.scales[step : step + 1])]

    @property
    def learned(self) -> int:
        """Calls of policy_loss."""
        return int(self.loss.get("count"))

    def expect_given(self) -> None:
        """Log-probabilities and normalised returns of all steps, in this order."""
        log_probs = self.agent.numbers(0, self.scales)
        expect_given(self.loss.call("given", 0, "log_probs"), log_probs, self.returns)
        expect_given(self.loss.call("given", 0, "returns"), self.returns, log_probs)
        expect(
            bool(self.loss.call("tracked", 0, "log_probs")),
            "log_probs_cut_off",
            "policy_loss was given log-probabilities without a gradient: .detach(), .item() or "
            "float(...) cut the graph. Keep them as choose_action returned them, and put them "
            "together with torch.cat.",
        )

    @property
    def expected(self) -> tuple[float]:
        """One step down the gradient of policy_loss."""
        return (-RATE * float(self.scales @ self.weights),)

    def expect_step(self) -> None:
        """That step, and nothing else."""
        moved = self.agent.moved()
        expect_one_step(self.agent, moved)
        expect_share(moved, *self.expected, len(self.weights))


class FirstPolicyTask(FirstAgentTask):
    """`FirstPolicy`: act remembers, train learns from the whole episode."""

    kind = AgentKind("FirstPolicy", "PolicyNetwork")

    def lesson(self, agent: EpisodeAgent, random: np.random.Generator, steps: int) -> Lesson:
        """An episode with this number of steps."""
        return PolicyLesson.prepare(agent, random, steps)
