"""What every Q-learning agent must do, asked with doubles of everything that it calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.arguments import Arguments
from autograder.units.shared.examples.q_learning import EVERY_FEW_TURNS, UPDATE_STEP
from autograder.units.shared.networks import observations
from autograder.units.shared.q_parts import KNOWN_ROWS, QParts
from autograder.units.shared.q_trial import QTrial, TrialSettings, moved
from autograder.units.shared.target_network import Parameters, expect_lags, same_parameters
from autograder.worker.interface import Student, StudentObject
from helpers.agents import Transition

#: Learning rate of the plain gradient descent that takes the place of the agent's optimizer.
RATE = 100.0
#: Transitions in a batch: twice as many are all that the memory gives out.
BATCH = 32
#: Discount and part of the way that a target network goes; neither is a notebook's own.
GAMMA, TAU = 0.83, 0.37


class QAgentTask(Task):
    """A task about a Q-learning agent, made from `Settings`."""

    examples = (EVERY_FEW_TURNS, UPDATE_STEP)

    parts: ClassVar[QParts]
    #: The agent's settings in these checks.
    settings: ClassVar[Mapping[str, float]] = {}

    @check(points=1, blocking=True)
    def target_network_is_a_copy(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(student, random)
            net, target_net = trial.net, trial.target_net
            expect(
                not student.same(net, target_net),
                "target_aliased",
                "self.target_net and self.net are one and the same network under two names. The "
                "target then moves with every step, and Q runs away: make a second network.",
            )
            weights = net.parameters()
            copies = [weights, self._copied(trial, weights)]
            expect(
                any(same_parameters(target_net.parameters(), copy) for copy in copies),
                "target_not_copied",
                "At the start self.target_net should have the same weights as self.net.",
            )
            expect_lags(target_net, net)

    def trial(
        self,
        student: Student,
        random: np.random.Generator,
        *,
        observations: float = 1.0,
        coefficients: Mapping[str, Any] | None = None,
        distinct_rows: int = KNOWN_ROWS,
        **settings: float,
    ) -> QTrial:
        """An agent among doubles. settings: other ones than those of these checks."""
        values = {**self.settings, **settings}
        return QTrial(
            student,
            random,
            self.parts,
            TrialSettings(
                values,
                batch_size=int(values.get("batch_size", BATCH)),
                gamma=values.get("gamma", GAMMA),
                reward_scale=values.get("reward_scale", 1.0),
                tau=values.get("tau", 0.0),
                distinct_rows=distinct_rows,
            ),
            observations=observations,
            coefficients=coefficients,
        )

    def _copied(self, trial: QTrial, weights: Parameters) -> Parameters:
        """What the double that copies weights makes of them."""
        if self.parts.follows_softly:
            return weights
        return {name: trial.coefficients.follow * own for name, own in weights.items()}


def with_plain_descent(trial: QTrial, rate: float = RATE) -> StudentObject:
    """Let the agent learn by plain gradient descent; returns the optimizer, which counts `steps`.

    It holds the parameters that the agent's own optimizer holds.
    """
    own = optimizer_of(trial.agent)
    plain = trial.student.plain_optimizer(own, rate)
    trial.agent.set("optimizer", plain)
    return plain


def optimizer_of(agent: StudentObject) -> StudentObject:
    """The agent's optimizer. Raises CheckFailed if there is none."""
    optimizer = agent.get("optimizer")
    if not isinstance(optimizer, StudentObject):
        raise CheckFailed(
            "no_optimizer", "The agent should keep its optimizer in self.optimizer, as given."
        )
    return optimizer


def expect_own_optimizer(plain: StudentObject, move: Parameters, method: str) -> None:
    """If the weights have moved in a call of this method, the agent's optimizer has done it."""
    steps = plain.get("steps")
    expect(
        steps != 0 or not any(np.any(part) for part in move.values()),
        "other_optimizer",
        Message(
            "The weights move, but not by a step of self.optimizer. It is made once, in __init__, "
            "and {method} calls it.",
            method=method,
        ),
    )


def expect_one_step(plain: StudentObject, move: Parameters, method: str) -> None:
    """The agent's optimizer has made one step in a call of this method."""
    expect_own_optimizer(plain, move, method)
    steps = plain.get("steps")
    expect(
        steps == 0 or steps == 1,
        "stepped_twice",
        Message(
            "The optimizer makes {steps} steps in one call of {method}: one step for one batch.",
            steps=steps,
            method=method,
        ),
    )


def expect_all_weights_move(before: Parameters, after: Parameters, hint: str) -> None:
    """Each layer's weights have changed."""
    still = [name for name in before if np.array_equal(before[name], after[name])]
    expect(len(still) < len(before), "step_missing", hint)
    expect(
        not still,
        "some_weights_stand_still",
        Message(
            "Some of the weights of self.net do not move: {still}. The optimizer should get all "
            "parameters of self.net.",
            still=", ".join(still),
        ),
    )


@dataclass(frozen=True)
class Turn:
    """What happened in one call of `train`."""

    transition: Transition  # what it was called with
    learned: bool  # the network's weights have changed
    followed: bool  # the target network's weights have changed
    samples: int
    losses: int
    follows: int
    kept_first: bool  # when a batch was drawn, the call's transition was in the memory
    wrote_into_transition: bool  # the arrays that `train` got are other ones after the call

    @property
    def rows(self) -> int:
        """How many steps it was."""
        return len(self.transition.action)


def play(trial: QTrial, random: np.random.Generator, rows: Sequence[int]) -> list[Turn]:
    """Call `train` with transitions of so many rows each, and look what happens.

    Raises CheckFailed unless each call keeps one transition.
    """
    turns: list[Turn] = []
    trial.separate()
    for n in rows:
        state = _State.of(trial)
        transition = transitions(random, n)
        arguments = Arguments(trial.student, transition)
        trial.agent.call("train", *arguments.given)
        _expect_kept_once(trial, len(turns) + 1)
        now = _State.of(trial)
        drawn = now.samples - state.samples
        turns.append(
            Turn(
                transition,
                changed(state.net, now.net),
                changed(state.target_net, now.target_net),
                drawn,
                now.losses - state.losses,
                now.follows - state.follows,
                drawn == 0 or trial.memory.get("pushes")[-1] == len(turns) + 1,
                arguments.changed,
            )
        )
    return turns


def _expect_kept_once(trial: QTrial, turns: int) -> None:
    """Each of so many calls of `train` has put one transition into the memory."""
    pushed = trial.memory.get("pushed")
    call = _push_call(trial)
    expect(
        len(pushed) >= turns,
        "nothing_pushed",
        Message(
            "train was called {turns} time(s), and {call} was called {pushes} time(s). Each call "
            "of train keeps its transition, also before the agent begins to learn: is there a "
            "return before it?",
            turns=turns,
            call=call,
            pushes=len(pushed),
        ),
    )
    expect(
        len(pushed) == turns,
        "pushed_twice",
        Message(
            "{calls} calls of train have put {pushed} transitions into the memory: {call}, "
            "once in each.",
            calls=turns,
            pushed=len(pushed),
            call=call,
        ),
    )


def _expect_kept_as_it_was(trial: QTrial, turns: Sequence[Turn]) -> None:
    """The memory got what `train` was called with, its rewards scaled as they should be."""
    scale = trial.settings.reward_scale if trial.parts.keeps_scaled_rewards else 1.0
    for turn, pushed in zip(turns, trial.memory.get("pushed"), strict=True):
        kept = dict(zip(_KEPT, pushed, strict=True))
        _expect_right_rewards(trial, turn.transition, kept["reward"], scale)
        for name, column in kept.items():
            right = getattr(turn.transition, name) * (scale if name == "reward" else 1)
            expect(
                column.shape == right.shape and np.allclose(column, right, rtol=1e-5),
                "transition_changed",
                Message(
                    "In train the transition's {name} was changed before it was put into the "
                    "memory: keep it as it is.",
                    name=name,
                ),
            )


def _push_call(trial: QTrial) -> Message:
    """How an agent keeps a transition."""
    memory, push = trial.parts.memory_attribute, trial.parts.push
    return Message("self.{memory}.{push}(transition)", memory=memory, push=push)


_KEPT = ("observation", "action", "reward", "next_observation", "terminated")


def _expect_right_rewards(
    trial: QTrial, transition: Transition, kept: np.ndarray, scale: float
) -> None:
    """scale: by which the rewards in the memory are multiplied."""
    own = trial.settings.reward_scale
    if kept.shape != transition.reward.shape:
        return
    expect(
        own == 1 or not np.allclose(kept, scale * own * transition.reward),
        "reward_scaled_twice",
        "The rewards are scaled twice: the given lines multiply them with reward_scale already, so "
        "keep the transition as it comes.",
    )
    expect(
        scale == 1 or not np.allclose(kept, transition.reward),
        "reward_not_scaled",
        "The memory got the rewards as they came. Push the transition whose reward the line above "
        "has scaled.",
    )


def expect_starts(trial: QTrial, turns: Sequence[Turn], due: int, setting: str) -> None:
    """The agent keeps what it sees, and learns in the turn of this number for the first time.

    setting: that says how many transitions it waits for.
    """
    _expect_kept_as_it_was(trial, turns)
    expect(
        all(turn.kept_first for turn in turns),
        "learned_before_kept",
        Message(
            "A batch was drawn before the transition of the same call of train was kept, so the "
            "newest transition is not among those that are drawn: first {call}, then {learn}.",
            call=_push_call(trial),
            learn=trial.parts.learns_in,
        ),
    )
    learned = [number for number, turn in enumerate(turns, 1) if turn.learned]
    wait = trial.settings.values[setting]
    seen = np.cumsum([turn.rows for turn in turns])
    expect(
        bool(learned),
        "never_starts",
        Message(
            "With {setting} = {wait} nothing was learned in {seen} steps: no weight of self.net "
            "has changed. Does train call {learn}, and does self.net learn there?",
            setting=setting,
            wait=wait,
            seen=seen[-1],
            learn=trial.parts.learns_in,
        ),
    )
    expect(
        learned[0] >= due,
        "starts_too_early",
        Message(
            "With {setting} = {wait} the network changed after {seen} steps. Call {learn} only "
            "when {setting} steps have come in.",
            setting=setting,
            wait=wait,
            seen=seen[learned[0] - 1],
            learn=trial.parts.learns_in,
        ),
    )
    expect(
        learned[0] == due,
        "starts_too_late",
        Message(
            "With {setting} = {wait} the network should learn as soon as {wait} steps have come "
            "in, but it began after {seen}. Write >= where the two are compared, not >; to return "
            "early, write <, not <=.",
            setting=setting,
            wait=wait,
            seen=seen[learned[0] - 1],
        ),
    )


def expect_one_batch_each(trial: QTrial, turns: Sequence[Turn]) -> None:
    """Where the agent learns, it learns from one batch."""
    for turn in turns:
        expect(
            turn.samples <= 1 and turn.losses <= 1,
            "several_batches",
            Message(
                "In one call of train the agent learned from {batches} batches. One batch is "
                "enough: call {learn} once.",
                batches=max(turn.samples, turn.losses),
                learn=trial.parts.learns_in,
            ),
        )


def expect_transitions_unchanged(turns: Sequence[Turn]) -> None:
    """`train` writes into no transition that it was given."""
    expect(
        not any(turn.wrote_into_transition for turn in turns),
        "argument_changed",
        "The transition's arrays are not the same after train: whoever called it needs them again. "
        "Compute with new arrays (no *=, no assignment into transition.reward or the others).",
    )


def expect_follows_every(trial: QTrial, turns: Sequence[Turn], setting: str) -> None:
    """The target network gets new weights after each `setting` batches, and only then."""
    interval = int(trial.settings.values[setting])
    batches = np.cumsum([turn.learned for turn in turns])
    copies = [int(batches[i]) for i, turn in enumerate(turns) if turn.followed]
    call = f"{trial.parts.follow[0]}(self.target_net, self.net)"
    due = Message(
        "With {setting} = {interval} it should follow every {interval} batches.",
        setting=setting,
        interval=interval,
    )
    expect(
        batches[-1] > 0,
        "never_starts",
        Message(
            "In {turns} calls of train nothing was learned, so there is no batch to count: does "
            "train call {learn}?",
            turns=len(turns),
            learn=trial.parts.learns_in,
        ),
    )
    if trial.count("follow") and not copies:
        _expect_right_direction(trial, call)
    expect(
        bool(copies),
        "target_never_follows",
        Message(
            "In {batches} batches the target network never changed. {due} {counted}Count the "
            "batches in self.batches and call {call}.",
            batches=batches[-1],
            counted=_counted(trial, int(batches[-1])),
            due=due,
            call=call,
        ),
    )
    _expect_interval(copies, int(batches[-1]), interval, setting, due)


def _expect_interval(
    copies: list[int], batches: int, interval: int, setting: str, due: Message
) -> None:
    """The target network has followed after these of so many batches, as it is due."""
    expect(
        len(copies) < batches - 1,
        "target_follows_always",
        Message(
            "The target network follows after every batch: it no longer stands still. {due} Add 1 "
            "to self.batches for each batch, and count no turns or steps.",
            due=due,
        ),
    )
    steps = set(np.diff([0, *copies]).tolist())
    expect(
        # Regular, but no part of the right interval, as it would be if batches were counted twice.
        len(copies) < 2 or len(steps) > 1 or not copies[0] or interval % copies[0] == 0,
        "fixed_interval",
        Message(
            "The target network followed after the batches {copies} of {batches}. {due} Is the "
            "interval in your line a fixed number? Take {setting} from the settings.",
            copies=", ".join(map(str, copies)),
            batches=batches,
            due=due,
            setting=setting,
        ),
    )
    due_now = list(range(interval, batches + 1, interval))
    expect(
        copies == due_now or (len(copies) >= 2 and set(np.diff(copies)) == {interval}),
        "wrong_interval",
        Message(
            "The target network followed after the batches {copies} of {batches}. {due} Add 1 to "
            "self.batches for each batch, only once, and count no turns or steps.",
            copies=", ".join(map(str, copies)),
            batches=batches,
            due=due,
        ),
    )


def _counted(trial: QTrial, batches: int) -> Message:
    """What the agent's counter says after so many batches, if it is wrong."""
    counter = trial.agent.get("batches")
    if not isinstance(counter, int) or counter == batches:
        return Message("")
    return Message(
        "After them self.batches is {counter}: self.batches += 1 adds one. ", counter=counter
    )


def expect_copied(trial: QTrial, before: Parameters, start: Parameters, end: Parameters) -> None:
    """The target network, which was `before`, has the network's weights after the first batch.

    start, end: the network's weights before and after the batch.
    """
    now = trial.target_net.parameters()
    right = [weights for each in (start, end) for weights in _follow_results(trial, before, each)]
    if any(same_parameters(now, weights) for weights in right):
        return
    call = f"{trial.parts.follow[0]}(self.target_net, self.net)"
    if trial.count("follow"):
        _expect_right_direction(trial, call)
    expect(
        changed(before, now),
        "not_copied",
        Message(
            "Where the target network should follow after every batch, it did not change with the "
            "first one. Did the agent learn in that turn? Is the batch counted before {call}, and "
            "the interval taken from the settings?",
            call=call,
        ),
    )
    raise CheckFailed(
        "wrong_copy",
        Message(
            "The target network changed, but not to the network's weights: {call}, once.", call=call
        ),
    )


def _follow_results(trial: QTrial, before: Parameters, net: Parameters) -> list[Parameters]:
    """The target's weights after it has followed: by the double, and by what it stands in for."""
    c, tau = trial.coefficients.follow, trial.settings.tau
    pairs = {name: (before[name], own) for name, own in zip(before, net.values(), strict=True)}
    if not trial.parts.follows_softly:
        return [
            {name: c * own for name, (_, own) in pairs.items()},
            {name: own for name, (_, own) in pairs.items()},
        ]
    return [
        {name: old + c * tau * own for name, (old, own) in pairs.items()},
        {name: old + tau * (own - old) for name, (old, own) in pairs.items()},
    ]


def _expect_right_direction(trial: QTrial, call: str) -> None:
    given = trial.calls["follow"].call("given", trial.count("follow") - 1, trial.parts.follow[1])
    expect(
        not (isinstance(given, StudentObject) and trial.student.same(given, trial.net)),
        "wrong_direction",
        Message(
            "The network gets the target network's weights: it is the target network that follows, "
            "{call}, in this order.",
            call=call,
        ),
    )


@dataclass(frozen=True)
class _State:
    """The networks' weights, and how often the doubles were called."""

    net: Parameters
    target_net: Parameters
    samples: int
    losses: int
    follows: int

    @classmethod
    def of(cls, trial: QTrial) -> _State:
        return cls(
            trial.net.parameters(),
            trial.target_net.parameters(),
            len(trial.memory.get("sizes")),
            trial.count("loss"),
            trial.count("follow"),
        )


def step_of(trial: QTrial, learn: Any, rate: float = RATE) -> Parameters:
    """The gradient that the network's weights follow in one call of `learn`; they are put back."""
    before = trial.net.parameters()
    learn()
    after = trial.net.parameters()
    trial.net.set_parameters(before)
    return moved(before, after, rate)


def changed(first: Parameters, second: Parameters) -> bool:
    """Whether any parameter is another one, be it by the last bit."""
    pairs = zip(first.values(), second.values(), strict=True)
    return any(not np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def transitions(random: np.random.Generator, rows: int) -> Transition:
    """Steps of several cart poles, no two alike; some terminated, some truncated, some both."""
    number = np.arange(rows)
    return Transition(
        observation=observations(random, rows),
        action=random.permutation(number % 2),
        reward=random.uniform(1, 3, size=rows).astype(np.float32),
        next_observation=observations(random, rows),
        terminated=np.isin(number % 5, (1, 3)),
        truncated=np.isin(number % 5, (2, 3)),
        episode=number,
    )
