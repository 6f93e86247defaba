"""The targets of Q-learning, plain (Mnih et al. 2015) and double (van Hasselt et al. 2016)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from autograder.checks.expect import (
    CheckFailed,
    KnownMistake,
    expect,
    expect_close,
    expect_shape,
    name_known,
)
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.arguments import Arguments
from autograder.units.shared.distinct import all_distinct
from autograder.units.shared.examples.q_learning import DOUBLE_TARGETS, NO_GRADIENT, TARGETS
from autograder.units.shared.networks import softmax
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.units.shared.wording import TORCH, Wording
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor

#: How a batch's arrays are given to the student's function.
ArrayMaker = Callable[[np.ndarray], object]
#: Transitions in a batch.
ROWS = 6
#: How often the same batch is asked about again: a thrown coin shows.
AGAIN = 10


class Steps(NamedTuple):
    """A batch to compute targets of; rows 1 and 4 are the last of their episodes."""

    reward: np.ndarray  # (ROWS,) float32, no two alike, none zero
    next_observation: np.ndarray  # (ROWS, 4) float32
    terminated: np.ndarray  # (ROWS,) bool
    gamma: float

    @classmethod
    def draw(cls, random: np.random.Generator) -> Steps:
        terminated = np.zeros(ROWS, dtype=bool)
        terminated[[1, 4]] = True
        # Distinct rewards away from zero: a lost or misplaced one shows.
        reward = (np.arange(ROWS) + random.uniform(0.5, 1.0, size=ROWS)).astype(np.float32)
        return cls(
            reward=random.permutation(reward),
            next_observation=random.normal(size=(ROWS, 4)).astype(np.float32),
            terminated=terminated,
            gamma=float(np.round(random.uniform(0.5, 0.8), 2)),
        )

    def arguments(self, arrays: ArrayMaker) -> tuple[object, ...]:
        """As the student's function takes them."""
        return (
            arrays(self.reward),
            arrays(self.next_observation),
            arrays(self.terminated),
            self.gamma,
        )

    def targets(self, next_value: np.ndarray) -> np.ndarray:
        """r + gamma V(s'), and r alone in the last steps; next_value: V(s') of each row."""
        return self.reward + self.gamma * np.where(self.terminated, 0.0, next_value)

    def need_every_action(self, values: np.ndarray) -> bool:
        """Whether each action is the best somewhere before an end: none can be left out.

        values: the Q-values of the next observations, (ROWS, n_actions).
        """
        chosen = values[~self.terminated].argmax(axis=1)
        return len(np.unique(chosen)) == values.shape[1]

    def row(self, number: int) -> Steps:
        """A batch of this row alone."""
        rows = slice(number, number + 1)
        reward, next_observation, terminated, gamma = self
        return Steps(reward[rows], next_observation[rows], terminated[rows], gamma)

    def first_difference(
        self, answer: object, next_value: np.ndarray, values: Mapping[str, np.ndarray]
    ) -> Message:
        """The first row in which the answer is wrong, with all its numbers.

        values: the networks' Q-values of the next observations, (ROWS, n_actions), by their names.
        """
        right = self.targets(next_value)
        if not isinstance(answer, np.ndarray) or answer.shape != right.shape:
            return Message("")
        row = int(np.argmax(~np.isclose(answer, right, rtol=1e-3, atol=1e-3)))
        return Message(
            "In row {row}: reward {reward:.2f}, terminated {terminated}, gamma {gamma}, {values}. "
            "The target is {right:.2f}, yours is {found:.2f}.",
            row=row,
            reward=self.reward[row],
            terminated=bool(self.terminated[row]),
            gamma=self.gamma,
            values=", ".join(f"{name} {_numbers(table[row])}" for name, table in values.items()),
            right=right[row],
            found=answer[row],
        )


class TargetsTask(Task):
    """`td_targets(target_net, reward, next_observation, terminated, gamma)`: (batch,) targets.

    The arguments are given by position, so they may have any names.
    """

    examples = (NO_GRADIENT, TARGETS)

    def __init__(
        self,
        name: str,
        *,
        function: str = "td_targets",
        network: NetworkMaker = plain_network,
        arrays: ArrayMaker = Tensor,
        wording: Wording = TORCH,
    ) -> None:
        """network, arrays: put networks and batches into the form that the unit uses."""
        super().__init__(name, requires=(function,))
        self.function = function
        self.network = network
        self.arrays = arrays
        self.wording = wording

    @check(points=0, blocking=True)
    def one_target_for_each_row(self, student: Student, random: np.random.Generator) -> None:
        q = QNetwork.draw(random)
        answer = self.targets(student, self.network(student, q.layers), Steps.draw(random))
        _expect_one_for_each_row(answer, q, self.wording)

    @check(points=2)
    def targets_are_right(self, student: Student, random: np.random.Generator) -> None:
        while True:
            q, steps = QNetwork.draw(random), Steps.draw(random)
            values = q.values(steps.next_observation)
            best = values.max(axis=1)
            known = (
                *_wrong_sums(steps, best, self.wording),
                *_wrong_choices(steps, values, self.wording),
            )
            if steps.need_every_action(values) and all_distinct(steps.targets(best), known):
                break
        net = self.network(student, q.layers)
        answer = self.targets(student, net, steps)
        _expect_same_again(answer, lambda: self.targets(student, net, steps))
        endless = Steps.draw(random)._replace(terminated=np.zeros(ROWS, dtype=bool))
        without_ends = self.targets(student, net, endless)
        expect(
            not (_same(answer, steps.reward) and not _same(without_ends, endless.reward)),
            "one_end_stops_all",
            "As soon as one step of the batch has terminated, no row gets gamma * V(s'). Each row "
            "has its own `terminated`: no any() or all(), no `if`.",
        )
        _expect_argument_gamma(answer, steps, best, known)
        if not _same(answer, steps.targets(best)):
            name_known(np.asarray(answer), known, tolerance=1e-3)
            self._expect_more_than_single_rows(student, q, steps)
        expect_close(
            answer,
            steps.targets(best),
            "wrong_targets",
            Message.joined(
                "The target of a step is its reward + gamma * the largest Q-value of the next "
                "observation, and the reward alone if the episode terminated with it.",
                steps.first_difference(answer, best, {"Q": values}),
            ),
            known_mistakes=known,
            tolerance=1e-3,
        )
        expect_close(
            without_ends,
            endless.targets(q.values(endless.next_observation).max(axis=1)),
            "wrong_without_ends",
            "The targets are right for a batch in which some steps terminated, but not for one in "
            "which no step did: then every target is reward + gamma * the largest Q-value of the "
            "next observation. Is the whole batch asked at once (any, all)?",
            tolerance=1e-3,
        )

    def _expect_more_than_single_rows(self, student: Student, q: QNetwork, steps: Steps) -> None:
        """Raise CheckFailed if each step alone has its right target: the rows are mixed up."""
        network = self.network(student, q.layers)
        for row in range(ROWS):
            alone = steps.row(row)
            best = q.values(alone.next_observation).max(axis=1)
            try:
                answer = self.targets(student, network, alone)
            except StudentError:
                return
            if not _same(answer, alone.targets(best)):
                return
        raise CheckFailed(
            "rows_mixed",
            Message(
                "A step alone gets its right target, but in a batch of {rows} it does not: the "
                "rows get into each other's targets. Does a column, shape (batch, 1), meet a row, "
                "shape (batch,), or is something averaged over the batch?",
                rows=ROWS,
            ),
        )

    @check(points=1, needs=("targets_are_right",))
    def no_gradient_through_the_target(self, student: Student, random: np.random.Generator) -> None:
        q = QNetwork.draw(random)
        net = self.network(student, q.layers)
        arguments = (net, *Steps.draw(random).arguments(self.arrays))
        _expect_no_gradient(student, self.differentiated(student), arguments, net, self.wording)

    def differentiated(self, student: Student) -> str | StudentObject:
        """What is called to take gradients."""
        return self.function

    def targets(self, student: Student, net: StudentObject, steps: Steps) -> object:
        """The student's answer."""
        return _answer(student, self.function, (net,), steps.arguments(self.arrays), self.wording)


class DoubleTargetsTask(Task):
    """`double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma)`.

    The network chooses the action, the target network evaluates it.
    """

    examples = (NO_GRADIENT, DOUBLE_TARGETS)

    def __init__(
        self,
        name: str,
        *,
        function: str = "double_dqn_targets",
        network: NetworkMaker = plain_network,
        arrays: ArrayMaker = Tensor,
        wording: Wording = TORCH,
    ) -> None:
        """network, arrays: put networks and batches into the form that the unit uses."""
        super().__init__(name, requires=(function,))
        self.function = function
        self.network = network
        self.arrays = arrays
        self.wording = wording

    @check(points=0, blocking=True)
    def one_target_for_each_row(self, student: Student, random: np.random.Generator) -> None:
        q, other = QNetwork.draw(random), QNetwork.draw(random)
        answer = self.targets(student, self.networks(student, q, other), Steps.draw(random))
        _expect_one_for_each_row(answer, q, self.wording)

    @check(points=2)
    def one_network_chooses_the_other_judges(
        self, student: Student, random: np.random.Generator
    ) -> None:
        while True:
            q, other, steps = QNetwork.draw(random), QNetwork.draw(random), Steps.draw(random)
            online, target = q.values(steps.next_observation), other.values(steps.next_observation)
            next_value = target[np.arange(ROWS), online.argmax(axis=1)]
            known = (
                *_wrong_roles(steps, online, target),
                *_wrong_judges(steps, online, target),
                *_wrong_sums(steps, next_value, self.wording),
            )
            if steps.need_every_action(online) and all_distinct(steps.targets(next_value), known):
                break
        nets = self.networks(student, q, other)
        answer = self.targets(student, nets, steps)
        _expect_same_again(answer, lambda: self.targets(student, nets, steps))
        _expect_argument_gamma(answer, steps, next_value, known)
        expect_close(
            answer,
            steps.targets(next_value),
            "wrong_targets",
            Message.joined(
                "The target is the reward + gamma * the target network's value of the action that "
                "`net` rates best, and the reward alone if the episode terminated.",
                steps.first_difference(
                    answer, next_value, {"Q of net": online, "Q of target_net": target}
                ),
            ),
            known_mistakes=known,
            tolerance=1e-3,
        )

    @check(points=1, needs=("one_network_chooses_the_other_judges",))
    def no_gradient_through_the_target(self, student: Student, random: np.random.Generator) -> None:
        q, other = QNetwork.draw(random), QNetwork.draw(random)
        arguments = Steps.draw(random).arguments(self.arrays)
        nets = self.networks(student, q, other)
        function = self.differentiated(student)
        for net in nets:
            _expect_no_gradient(student, function, (*nets, *arguments), net, self.wording)

    def differentiated(self, student: Student) -> str | StudentObject:
        """What is called to take gradients."""
        return self.function

    def networks(self, student: Student, *drawn: QNetwork) -> tuple[StudentObject, ...]:
        """The drawn networks in the form that the unit uses."""
        return tuple(self.network(student, q.layers) for q in drawn)

    def targets(self, student: Student, nets: tuple[StudentObject, ...], steps: Steps) -> object:
        """The student's answer; nets: the network and the target network."""
        return _answer(student, self.function, nets, steps.arguments(self.arrays), self.wording)


def _answer(
    student: Student,
    function: str,
    nets: tuple[StudentObject, ...],
    columns: tuple[object, ...],
    wording: Wording,
) -> object:
    """What the student's function returns; its arguments come back as they were."""
    arguments = Arguments(student, *columns)
    try:
        answer = student.call(function, *nets, *arguments.given)
    except StudentError as error:
        _name_the_error(error, wording)
        if "bool" not in error.message:
            raise
        raise CheckFailed(
            "computes_with_booleans",
            Message(
                "terminated is boolean, and one of your operations is not defined for booleans: "
                "the error says which. Instead of 1 - terminated write {not_terminated}. The "
                "error: {error}",
                not_terminated=wording.not_terminated,
                error=error,
            ),
        ) from None
    arguments.expect_unchanged(
        "arguments_changed",
        "The arrays of the batch are not the same after the call. Compute with new ones (no +=, no "
        "assignment into an argument): they are needed again.",
        *nets,
    )
    return answer


def _numbers(values: np.ndarray) -> str:
    """As they stand in a message."""
    return "[" + ", ".join(f"{value:.2f}" for value in values) + "]"


def _same(answer: object, values: np.ndarray) -> bool:
    return (
        isinstance(answer, np.ndarray)
        and answer.shape == values.shape
        and bool(np.allclose(answer, values, atol=1e-3))
    )


def _name_the_error(error: StudentError, wording: Wording) -> None:
    """Errors of PyTorch whose cause is known become a sentence. Raises CheckFailed."""
    expect(
        "can't multiply sequence by non-int" not in error.message
        and "'torch.return_types.max'" not in error.message,
        "both_results_of_max",
        Message(
            "max(dim=1) returns two things, the values and their indices, and you compute with "
            "both. Take the values: {largest_values}. The error: {error}",
            largest_values=wording.largest_values,
            error=error,
        ),
    )
    expect(
        not ("size of tensor" in error.message and {"3", str(ROWS)} <= set(_numbers_in(error))),
        "max_along_the_wrong_axis",
        Message(
            "{rows} steps met {n_actions} numbers, one for each action: take the largest Q-value "
            "of each row, {largest_values}. The error: {error}",
            rows=ROWS,
            n_actions=3,
            largest_values=wording.largest_values,
            error=error,
        ),
    )


def _numbers_in(error: StudentError) -> list[str]:
    return re.findall(r"\d+", error.message)


def _expect_same_again(answer: object, ask: Callable[[], object]) -> None:
    """Raise CheckFailed if the same batch gets other targets in another call."""
    first = np.asarray(answer, np.float64)
    others = [np.asarray(ask(), np.float64) for _ in range(AGAIN)]
    expect(
        all(
            other.shape == first.shape and np.allclose(other, first, atol=1e-3, equal_nan=True)
            for other in others
        ),
        "other_targets_each_time",
        "The same batch got other targets in another call. Nothing in a target is drawn: which "
        "network does what is fixed, and nothing is kept from call to call.",
    )


def _expect_argument_gamma(
    answer: object, steps: Steps, next_value: np.ndarray, known: Sequence[KnownMistake]
) -> None:
    """The discount in the answer is the argument, not another number."""
    if not isinstance(answer, np.ndarray) or answer.shape != (ROWS,):
        return
    if any(np.allclose(answer, mistake.values, atol=1e-3) for mistake in known):
        return  # named by its own words
    on = ~steps.terminated
    discounts = (answer - steps.reward)[on] / next_value[on]
    found = float(np.mean(discounts))
    right = steps._replace(gamma=found).targets(next_value)
    expect(
        not np.allclose(answer, right, atol=1e-3) or abs(found - steps.gamma) < 1e-3,
        "fixed_discount",
        Message(
            "Called with gamma = {gamma}, your targets are discounted by {found:.3g}. Use the "
            "argument gamma, not a fixed number.",
            gamma=steps.gamma,
            found=found,
        ),
    )


def _wrong_sums(steps: Steps, best: np.ndarray, wording: Wording) -> tuple[KnownMistake, ...]:
    """What typical mistakes make of the right values of the next observations, (ROWS,)."""
    reward, gamma, over = steps.reward, steps.gamma, steps.terminated
    return (
        KnownMistake(
            "terminal_not_masked",
            reward + gamma * best,
            "After a step that terminated the episode nothing comes any more, but your target "
            "counts on it: V(s') is 0 there. As it is, a fall costs nothing.",
        ),
        KnownMistake(
            "mask_inverted",
            reward + gamma * np.where(over, best, 0.0),
            Message(
                "The mask is inverted: V(s') counts where the episode goes *on*, and is 0 where it "
                "terminated ({not_terminated}).",
                not_terminated=wording.not_terminated,
            ),
        ),
        KnownMistake(
            "reward_masked_too",
            np.where(over, 0.0, reward + gamma * best),
            "The last reward is lost: only V(s') is 0 after termination, the step's own reward "
            "still counts.",
        ),
        KnownMistake(
            "reward_missing",
            gamma * np.where(over, 0.0, best),
            "The reward is missing: the target is reward + gamma * V(s').",
        ),
        KnownMistake(
            "rewards_alone",
            reward,
            "These are the rewards alone: what comes after the step is missing, gamma * V(s').",
        ),
        *_wrong_ends(steps, best, wording),
        KnownMistake(
            "no_discount",
            steps._replace(gamma=1.0).targets(best),
            "gamma is missing: what comes later counts gamma times less.",
        ),
        KnownMistake(
            "reward_discounted",
            gamma * (reward + np.where(over, 0.0, best)),
            "The reward is discounted, too; only V(s') is.",
        ),
        KnownMistake(
            "sign_flipped",
            reward - gamma * np.where(over, 0.0, best),
            "V(s') is subtracted: what comes later is *added* to the reward.",
        ),
    )


def _wrong_ends(steps: Steps, best: np.ndarray, wording: Wording) -> tuple[KnownMistake, ...]:
    """What is done to the last steps, or to V(s'), that the formula does not say."""
    reward, gamma, over = steps.reward, steps.gamma, steps.terminated
    return (
        KnownMistake(
            "minus_one_at_the_end",
            np.where(over, -1.0, reward + gamma * best),
            "Where the episode terminated your target is -1. It is the step's reward there: a fall "
            "needs no punishment, the returns that do not come are enough.",
        ),
        KnownMistake(
            "not_of_whole_numbers",
            reward + gamma * best * np.where(over, -2, -1),
            Message(
                "V(s') is multiplied by -1 and -2: that is ~ of the *whole numbers* 0 and 1. "
                "Leave terminated as it is, boolean: {not_terminated}.",
                not_terminated=wording.not_terminated,
            ),
        ),
        *(
            KnownMistake(
                "value_limited",
                reward + gamma * np.where(over, 0.0, np.clip(best, low, high)),
                Message(
                    "V(s') is cut to {words}. A Q-value can be any number: take it as it is.",
                    words=words,
                ),
            )
            for low, high, words in (
                (0, 1, "numbers from 0 to 1"),
                (-1, 1, "numbers from -1 to 1"),
                (0, np.inf, "numbers of at least 0"),
                (-np.inf, 1, "numbers of at most 1"),
            )
        ),
    )


def _wrong_choices(steps: Steps, values: np.ndarray, wording: Wording) -> tuple[KnownMistake, ...]:
    """Something else than the largest of the next observations' Q-values, (ROWS, n_actions)."""
    return (
        KnownMistake(
            "min_instead_of_max",
            steps.targets(values.min(axis=1)),
            "You take the smallest Q-value of the next observation; the agent will do its best: "
            "take the largest.",
        ),
        KnownMistake(
            "mean_instead_of_max",
            steps.targets(values.mean(axis=1)),
            "You take the mean of the Q-values; the agent will do its best: take the largest.",
        ),
        KnownMistake(
            "sum_instead_of_max",
            steps.targets(values.sum(axis=1)),
            "You add the Q-values up; only one action will be taken: take the largest.",
        ),
        KnownMistake(
            "argmax_instead_of_max",
            steps.targets(values.argmax(axis=1)),
            Message(
                "You take the *number* of the best action ({best_actions}); the target needs its "
                "value ({largest_values}).",
                best_actions=wording.best_actions,
                largest_values=wording.largest_values,
            ),
        ),
        KnownMistake(
            "max_over_the_batch",
            steps.targets(np.full(ROWS, values.max())),
            Message(
                "Every row got the largest Q-value of the whole batch: take the largest of each "
                "row, {largest_values}.",
                largest_values=wording.largest_values,
            ),
        ),
        KnownMistake(
            "always_the_first_action",
            steps.targets(values[:, 0]),
            "You always take the Q-value of action 0: take the largest of each row.",
        ),
    )


def _wrong_roles(steps: Steps, online: np.ndarray, target: np.ndarray) -> tuple[KnownMistake, ...]:
    """The two networks' Q-values, (ROWS, n_actions) each, in other roles than Double DQN's."""
    return (
        KnownMistake(
            "plain_dqn",
            steps.targets(target.max(axis=1)),
            "This is plain DQN: the target network chooses the action *and* gives its value. In "
            "Double DQN `net` chooses (argmax), and the target network gives the value of that "
            "action.",
        ),
        KnownMistake(
            "only_the_online_network",
            steps.targets(online.max(axis=1)),
            "Only `net` is used, for the choice and for the value: the value comes from the "
            "target network.",
        ),
        KnownMistake(
            "networks_swapped",
            steps.targets(online[np.arange(ROWS), target.argmax(axis=1)]),
            "The two networks are swapped: in each call `net` chooses, and the target network "
            "gives the value.",
        ),
        KnownMistake(
            "smaller_of_both",
            steps.targets(np.minimum(online.max(axis=1), target.max(axis=1))),
            "This takes the smaller of two maxima (as TD3 does). Double DQN takes the target "
            "network's value of the action that `net` rates best.",
        ),
        KnownMistake(
            "chosen_by_both",
            steps.targets(target[np.arange(ROWS), (online + target).argmax(axis=1)]),
            "Both networks together choose the action (their sum or mean). `net` alone chooses it, "
            "and the target network gives its value.",
        ),
        KnownMistake(
            "mean_of_both",
            steps.targets((online.max(axis=1) + target.max(axis=1)) / 2),
            "This is the mean of the two networks' largest values. `net` chooses the action, the "
            "target network gives its value.",
        ),
    )


def _wrong_judges(steps: Steps, online: np.ndarray, target: np.ndarray) -> tuple[KnownMistake, ...]:
    """Other values than the target network's of each row's own action; arguments: as above."""
    best = online.argmax(axis=1)
    return (
        KnownMistake(
            "largest_of_the_smaller_ones",
            steps.targets(np.minimum(online, target).max(axis=1)),
            "This takes the smaller of the two networks' values of each action, and then the "
            "largest. Double DQN takes the target network's value of the action that `net` rates "
            "best.",
        ),
        KnownMistake(
            "mean_judges",
            steps.targets((online + target)[np.arange(ROWS), best] / 2),
            "`net` chooses the action, but the mean of both networks gives its value. The target "
            "network alone gives it.",
        ),
        KnownMistake(
            "rows_instead_of_columns",
            steps.targets(target[best, 0]),
            "The numbers of the best actions pick rows of the table. They should pick in each row "
            "the column with this number.",
        ),
        *(
            KnownMistake(
                "one_action_for_all",
                steps.targets(values),
                "Every row got the value of one and the same action. Each row should get the value "
                "of its own best action.",
            )
            for values in target.T
        ),
        KnownMistake(
            "rows_mixed",
            steps.targets(target[:, best].mean(axis=1)),
            "Each row got the mean over the best actions of all rows. It should get the value of "
            "its own best action.",
        ),
        KnownMistake(
            "soft_choice",
            steps.targets(np.sum(softmax(online) * target, axis=1)),
            "This is a mean over all actions, weighted by a softmax. Double DQN takes the value of "
            "one action, the one that `net` rates best.",
        ),
        KnownMistake(
            "two_actions_only",
            steps.targets(target[np.arange(ROWS), online[:, :2].argmax(axis=1)]),
            "Only the first two actions are looked at: there may be more, here there are three.",
        ),
    )


def _expect_one_for_each_row(targets: object, q: QNetwork, wording: Wording) -> None:
    if isinstance(targets, np.ndarray):
        expect(
            targets.shape != (ROWS, ROWS),
            "rows_against_columns",
            Message(
                "{rows} steps gave {rows} x {rows} targets: a column, shape ({rows}, 1), met a "
                "row, shape ({rows},). Give both the shape ({rows},).",
                rows=ROWS,
            ),
        )
        expect(
            targets.shape not in ((ROWS, q.n_actions), (q.n_actions,)),
            "max_along_the_wrong_axis",
            Message(
                "There should be one target for each step, not for each action: take the largest "
                "Q-value of each row, {largest_values}.",
                largest_values=wording.largest_values,
            ),
        )
    expect_shape(
        targets,
        (ROWS,),
        "wrong_shape",
        Message("{rows} steps should give {rows} targets.", rows=ROWS),
    )


def _expect_no_gradient(
    student: Student,
    function: str | StudentObject,
    arguments: tuple[object, ...],
    net: StudentObject,
    wording: Wording,
) -> None:
    # Put there first, they are not differentiated: a right answer may call `reward.numpy()`.
    given = [student.put(item) if isinstance(item, Tensor) else item for item in arguments]
    found = student.gradients(function, *given, network=net)
    _expect_usable_in_a_loss(student, function, given)
    expect(
        all(array is None or not np.any(array) for array in found.parameters.values()),
        "gradient_through_the_target",
        Message(
            "The targets should be fixed numbers, but a gradient still flows from them into the "
            "weights of a network. Compute them without gradient: {no_gradient}",
            no_gradient=wording.no_gradient,
        ),
    )


def _expect_usable_in_a_loss(
    student: Student, function: str | StudentObject, given: list[object]
) -> None:
    """PyTorch can keep the targets for a backward pass."""
    if student.framework != "torch":
        return
    targets = student.call_ref(function, *given)
    try:
        inference = targets.call("is_inference")
    except StudentError:  # no tensor
        return
    expect(
        inference is not True,
        "inference_mode",
        "The targets were made in torch.inference_mode(). A loss cannot keep such a tensor for its "
        "backward pass and raises an error in learn. Use torch.no_grad().",
    )
