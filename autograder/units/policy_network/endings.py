"""How the episodes of a batch end, and when wrong ideas of an end would let the agent learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograder.units.shared.networks import against_the_limits
from helpers.agents import Transition

#: `ended`, or what somebody takes for it, by the two flags of a step.
Rule = Callable[[np.ndarray, np.ndarray], np.ndarray | np.bool_]


class EndingStep(NamedTuple):
    """The flags of one step, a row for each episode that is still running."""

    terminated: np.ndarray
    truncated: np.ndarray
    episode: np.ndarray


@dataclass(frozen=True)
class Ending:
    """The steps of a batch of episodes, from the first to the one with which the last one ends."""

    steps: tuple[EndingStep, ...]

    @classmethod
    def at(cls, terminated: tuple[int, ...], truncated: tuple[int, ...]) -> Ending:
        """Episodes by the number of the step in which a flag becomes true, -1 for never."""
        ends = np.maximum(terminated, truncated)
        steps = []
        for number in range(int(ends.max()) + 1):
            running = np.flatnonzero(ends >= number)
            falls, is_cut = (np.array(flag)[running] == number for flag in (terminated, truncated))
            steps.append(EndingStep(falls, is_cut, running))
        return cls(tuple(steps))

    @property
    def last(self) -> int:
        """The number of the step with which the last episode ends."""
        return len(self.steps) - 1

    def learns_after(self, rule: Rule) -> int | None:
        """With which step no episode is left running, if `ended` follows the rule."""
        running = len(self.steps[0].episode)
        for number, step in enumerate(self.steps):
            running -= int(np.sum(rule(step.terminated, step.truncated)))
            if running == 0:
                return number
        return None


_NEVER = (-1, -1, -1)
#: Three episodes that terminate one after the other.
TERMINATED = Ending.at((1, 3, 4), _NEVER)
#: The same by the time limit; by both at once; two episodes that end together; a single one.
OTHER_ENDINGS = (
    Ending.at(_NEVER, (3, 1, 2)),
    Ending.at((2, 1, 4), (2, 1, 4)),
    Ending.at((2, 2, 4), _NEVER),
    Ending.at((1,), (-1,)),
)
#: Wrong rules for `ended`: name, rule, message.
WRONG_RULES: tuple[tuple[str, Rule, str], ...] = (
    (
        "only_terminated",
        lambda terminated, truncated: terminated,
        "An episode that reaches the time limit ends, too, but your agent goes on waiting for it. "
        "An episode has ended when it is terminated or truncated. Otherwise a perfect agent never "
        "learns again.",
    ),
    (
        "only_truncated",
        lambda terminated, truncated: truncated,
        "An episode in which the pole falls ends, too, but your agent goes on waiting for it. An "
        "episode has ended when it is terminated or truncated.",
    ),
    (
        "not_both_at_once",
        lambda terminated, truncated: terminated ^ truncated,
        "An episode in which the pole falls in the very last step is terminated and truncated at "
        "once. It has ended, too. Write | for or: ^ and != leave out the case that both are true.",
    ),
    (
        "both_needed",
        lambda terminated, truncated: terminated & truncated,
        "Your `ended` is true only where both flags are. An episode has ended when it is "
        "terminated or truncated: |, not &.",
    ),
    (
        "one_flag_for_all",
        lambda terminated, truncated: np.any(terminated | truncated),
        "Two episodes that ended with the same step were counted as one. `ended` needs one value "
        "for each row: no any() over the batch.",
    ),
    (
        "one_flag_for_all",
        lambda terminated, truncated: np.all(terminated | truncated),
        "`ended` needs one value for each row: no all() over the batch.",
    ),
)


def steps_of(
    ending: Ending, start: np.ndarray, random: np.random.Generator
) -> Iterator[Transition]:
    """The steps as transitions whose rewards differ; start: first observations, (n, 4)."""
    observation = start
    for step in ending.steps:
        rows = observation[step.episode]
        ended = step.terminated | step.truncated
        observation = observation.copy()
        observation[step.episode] = against_the_limits(rows, ended)
        yield Transition(
            observation=rows,
            action=np.zeros(len(rows), np.int64),
            reward=random.uniform(1, 3, size=len(rows)).astype(np.float32),
            next_observation=observation[step.episode],
            terminated=step.terminated,
            truncated=step.truncated,
            episode=step.episode,
        )
