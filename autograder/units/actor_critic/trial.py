"""One update of an ACPolicy: what its functions were given, and how the weights moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.messages import Message
from autograder.units.shared.episode_agent import (
    RATE,
    EpisodeAgent,
    Moved,
    draw_scales,
    shape_of,
)
from autograder.worker.interface import Returned, Scaled, StudentObject, Tensor, WeightedSums

#: The parameters of losses, and what each is called in messages.
NAMES = {
    "log_probs": "the log-probabilities",
    "advantages": "what advantage(...) returned",
    "values": "the values",
    "returns": "the returns",
}


@dataclass(frozen=True)
class Trial:
    """Doubles for advantage and losses, and the numbers that go in and out, (steps,) each."""

    agent: EpisodeAgent
    scales: tuple[np.ndarray, np.ndarray]  # of the log-probabilities and of the values
    weights: tuple[np.ndarray, np.ndarray]  # of the policy's loss and of the critic's
    returns: np.ndarray
    advantages: np.ndarray
    advantage: StudentObject
    losses: StudentObject

    @classmethod
    def prepare(cls, agent: EpisodeAgent, random: np.random.Generator, steps: int) -> Trial:
        """Put the doubles in place; within `student.doubles()`."""
        weights = draw_scales(random, steps), draw_scales(random, steps)
        returns, advantages = random.normal(size=(2, steps)).astype(np.float32)
        student = agent.student
        return cls(
            agent,
            (draw_scales(random, steps), draw_scales(random, steps)),
            weights,
            returns,
            advantages,
            student.double("advantage", ("returns", "values"), Returned((Tensor(advantages),))),
            student.double(
                "losses", tuple(NAMES), WeightedSums(((0, weights[0]), (2, weights[1])))
            ),
        )

    @property
    def remembered(self) -> tuple[Scaled, Scaled]:
        """Log-probabilities and values, with their gradients."""
        return self.agent.remembered(0, self.scales[0]), self.agent.remembered(1, self.scales[1])

    @property
    def expected(self) -> tuple[float, float]:
        """How far one step for the sum of the losses moves along the two directions."""
        policy, critic = (
            -RATE * float(scales @ weights)
            for scales, weights in zip(self.scales, self.weights, strict=True)
        )
        return policy, critic

    @property
    def shares(self) -> tuple[float, ...]:
        """How far the weights moved for each loss, relative to one step for the sum."""
        return self.moved().shares(self.expected)

    def moved(self) -> Moved:
        """How far the weights moved."""
        return self.agent.moved()

    def expect_losses(self) -> None:
        """Raise CheckFailed unless losses was called."""
        expect(
            self.losses.get("count") != 0,
            "losses_not_used",
            "update did not call losses(log_probs, advantages, values, returns). Use your own "
            "function.",
        )

    def expect_advantages(self) -> None:
        """Raise CheckFailed unless losses got the advantages of all steps.

        They come from advantage(returns, values), or they are computed in the same way.
        """
        if self.advantage.get("count") != 0:
            self._expect_advantage_of_returns_and_values()
        self.expect_given("log_probs", "advantages")
        expect(
            not self.losses.call("tracked", 0, "advantages"),
            "policy_moves_the_critic",
            "The advantages that losses was given have a gradient, so the policy's loss would move "
            "the critic. Take the advantages from your advantage(returns, values).",
        )

    def _expect_advantage_of_returns_and_values(self) -> None:
        returns, values = (self.advantage.call("given", 0, name) for name in ("returns", "values"))
        right = self._known()
        if _equal(returns, right["values"]) and _equal(values, right["returns"]):
            raise CheckFailed(
                "advantage_swapped",
                "advantage was given its arguments in the wrong order: the returns come first, "
                "then the values.",
            )
        for given, name in ((returns, "returns"), (values, "values")):
            self._expect("advantage", name, given)

    def expect_given(self, *names: str) -> None:
        """Raise CheckFailed unless losses got the right thing for these parameters."""
        for name in names:
            self._expect("losses", name, self.losses.call("given", 0, name))
            expect(
                name not in ("log_probs", "values") or bool(self.losses.call("tracked", 0, name)),
                "argument_cut_off",
                Message(
                    "losses was given {what} without their gradient. Pass them as choose_action "
                    "returned them: they are detached in advantage only.",
                    what=NAMES[name],
                ),
            )

    def _expect(self, function: str, name: str, given: object) -> None:
        known = self._known()
        right = known[name]
        expect(
            shape_of(given) == right.shape,
            "not_all_steps",
            Message(
                "{function} was given an argument {name} of shape {given}. It should have a number "
                "for each of the {right} steps that are to be learned from; in update, these are "
                "its arguments. torch.cat puts tensors of shape (n,) together, torch.stack adds a "
                "dimension.",
                function=function,
                name=name,
                given=shape_of(given),
                right=len(right),
            ),
        )
        for other, numbers in known.items():
            expect(
                other == name or not _equal(given, numbers),
                "wrong_arguments",
                Message(
                    "{function} was given {other} in the place of {name}. Its arguments are, in "
                    "this order, {order}.",
                    function=function,
                    other=NAMES[other],
                    name=name,
                    order="returns, values" if function == "advantage" else ", ".join(NAMES),
                ),
            )
        expect(
            _equal(given, right),
            "changed_arguments",
            Message(
                "{function} was given other numbers than {what} as its argument {name}. It should "
                "get exactly these: not what they were made from, like returns before normalise, "
                "and not what something else has changed.",
                function=function,
                what=NAMES[name],
                name=name,
            ),
        )

    def _known(self) -> dict[str, np.ndarray]:
        """What losses should be given."""
        values = self.agent.numbers(1, self.scales[1])
        asked = self.advantage.get("count") != 0
        return {
            "log_probs": self.agent.numbers(0, self.scales[0]),
            "advantages": self.advantages if asked else self.returns - values,
            "values": values,
            "returns": self.returns,
        }


def _equal(given: object, right: np.ndarray) -> bool:
    return isinstance(given, np.ndarray) and np.allclose(given, right, rtol=1e-3, atol=1e-6)
