"""The target network: how it follows the network, and that it is a network of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.networks import COPY, SOFT_UPDATE
from autograder.units.shared.networks import WIDTH
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.units.shared.wording import TORCH, Wording
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor

Parameters = dict[str, np.ndarray]

#: Further calls where the target stood still: with a chance of tau it moves in one of them.
MORE_CALLS = 60


class SoftUpdateTask(Task):
    """`soft_update(target_net, net, tau)`: each weight of the target moves by tau to the net's."""

    examples = (SOFT_UPDATE,)

    def __init__(
        self,
        name: str,
        *,
        function: str = "soft_update",
        network: NetworkMaker = plain_network,
        wording: Wording = TORCH,
    ) -> None:
        """network: puts a network of the checks into the form that the unit uses."""
        super().__init__(name, requires=(function,))
        self.function = function
        self.network = network
        self.wording = wording

    @check(points=2, blocking=True)
    def moves_by_tau(self, student: Student, random: np.random.Generator) -> None:
        pair = Pair.draw(student, random, self.network)
        tau = float(np.round(random.uniform(0.1, 0.3), 2))
        start = pair.start
        for _ in range(2):
            student.call(self.function, pair.target_net, pair.net, tau)
            pair.expect_net_unchanged()
            end = pair.target_net.parameters()
            if same_parameters(start, end):
                self._expect_no_move_by_chance(student, pair, tau)
            _expect_moved(_Move(start, end, pair.goal, tau), self.wording)
            start = end

    def _expect_no_move_by_chance(self, student: Student, pair: Pair, tau: float) -> None:
        """Raise CheckFailed if a target that stood still moves in a later call of the same kind."""
        start = pair.target_net.parameters()
        for call in range(MORE_CALLS):
            student.call(self.function, pair.target_net, pair.net, tau)
            expect(
                same_parameters(start, pair.target_net.parameters()),
                "moves_sometimes",
                Message(
                    "The target network stood still in the first {calls} calls and moved in the "
                    "next one. Each call should move each weight by the part tau = {tau}: no "
                    "random number decides.",
                    calls=call + 1,
                    tau=tau,
                ),
            )

    @check(points=1, needs=("moves_by_tau",))
    def stays_a_network_of_its_own(self, student: Student, random: np.random.Generator) -> None:
        pair = Pair.draw(student, random, self.network)
        student.call(self.function, pair.target_net, pair.net, 1.0)
        _expect_still_learns(student, pair.net)
        expect_lags(pair.target_net, pair.net)


class CopyTask(Task):
    """`copy_weights(target_net, net)`: the target network gets the network's weights."""

    examples = (COPY,)

    def __init__(
        self,
        name: str,
        *,
        function: str = "copy_weights",
        network: NetworkMaker = plain_network,
    ) -> None:
        """network: puts a network of the checks into the form that the unit uses."""
        super().__init__(name, requires=(function,))
        self.function = function
        self.network = network

    @check(points=1, blocking=True)
    def copies_the_weights(self, student: Student, random: np.random.Generator) -> None:
        pair = Pair.draw(student, random, self.network)
        student.call(self.function, pair.target_net, pair.net)
        pair.expect_net_unchanged()
        end = pair.target_net.parameters()
        expect(
            not same_parameters(pair.start, end),
            "nothing_copied",
            "The target network, the first argument, still has its old weights. These do not reach "
            "it: a new model under the name target_net, a change in the arrays that get_weights() "
            "returns (they are copies), or a search for layers by name, as the two models may name "
            "them differently. Write into the model that was given, with set_weights or assign.",
        )
        if not same_parameters(end, pair.goal):
            raise _wrong_copy(pair, end)
        later = {name: own + _noise(random, own) for name, own in pair.goal.items()}
        pair.net.set_parameters(later)
        student.call(self.function, pair.target_net, pair.net)
        expect(
            same_parameters(pair.target_net.parameters(), later),
            "copied_only_once",
            "The first call copied the weights. Then the network learned something, and a second "
            "call with the same two networks did not copy its new weights.",
        )

    @check(points=1)
    def stays_a_network_of_its_own(self, student: Student, random: np.random.Generator) -> None:
        pair = Pair.draw(student, random, self.network)
        student.call(self.function, pair.target_net, pair.net)
        expect_lags(pair.target_net, pair.net)


def _wrong_copy(pair: Pair, end: Parameters) -> CheckFailed:
    """What was copied instead of all weights."""
    shapes = [[array.shape for array in group.values()] for group in (end, pair.goal)]
    if shapes[0] != shapes[1]:
        return CheckFailed("wrong_copy", "The target network has other layers than before.")
    goal = dict(zip(end, pair.goal.values(), strict=True))
    copied = [name for name in end if np.allclose(end[name], goal[name], atol=1e-6)]
    exactly = "The target network should have exactly the network's weights now."
    old, new, now = (
        np.concatenate([array.ravel() for array in group.values()]).astype(np.float64)
        for group in (pair.start, pair.goal, end)
    )
    known = (
        KnownMistake(
            "half_way",
            (old + new) / 2,
            "Its weights are the mean of both networks' weights: that is half of the way.",
        ),
        KnownMistake("weights_added", old + new, "The two networks' weights were added up."),
        KnownMistake(
            "wrong_sign",
            2 * old - new,
            "The target moved away from the network: the difference has the wrong sign.",
        ),
        KnownMistake(
            "larger_ones",
            np.maximum(old, new),
            "Only weights that are larger came over, the others are the target's old ones: copy "
            "each weight, whatever its size.",
        ),
    )
    for mistake in known:
        if np.allclose(now, mistake.values, rtol=1e-4, atol=1e-5):
            return CheckFailed(mistake.mistake, Message.joined(exactly, mistake.message))
    if copied and len(copied) < len(end):
        return CheckFailed("wrong_copy", Message.joined(exactly, _not_copied(list(end), copied)))
    part = float((now - old) @ (new - old) / ((new - old) @ (new - old)))
    if 0 < part < 0.995 and np.allclose(now, old + part * (new - old), rtol=1e-4, atol=1e-5):
        way = Message("They went only {part:.1%} of the way.", part=part)
        return CheckFailed("part_of_the_way", Message.joined(exactly, way))
    return CheckFailed("wrong_copy", Message.joined(exactly, _farthest(old, new, now)))


def _not_copied(names: list[str], copied: list[str]) -> Message:
    """Which of the weights are not the network's; names: of all of them, in their order."""
    missing = [name for name in names if name not in copied]
    listed = ", ".join(missing)
    if missing == names[-2:]:
        return Message("Not copied: the whole last layer with weights ({missing}).", missing=listed)
    return Message("Not copied: {missing}.", missing=listed)


def _farthest(old: np.ndarray, new: np.ndarray, now: np.ndarray) -> Message:
    """The weight that is farthest from what it should be; all weights in a row, each."""
    number = int(np.argmax(np.abs(now - new)))
    return Message(
        "One of them should be {new:.6f} and is {now:.6f} (before the call: {old:.6f}). "
        "{wrong} of {all} weights are wrong.",
        new=new[number],
        now=now[number],
        old=old[number],
        wrong=int(np.sum(np.abs(now - new) > 1e-6)),
        all=len(new),
    )


class Pair(NamedTuple):
    """A target network and the network that it follows, and what they hold at first."""

    target_net: StudentObject
    net: StudentObject
    start: Parameters
    goal: Parameters

    @classmethod
    def draw(cls, student: Student, random: np.random.Generator, network: NetworkMaker) -> Pair:
        """Two networks with other weights each."""
        target_net = network(student, QNetwork.draw(random).layers)
        net = network(student, QNetwork.draw(random).layers)
        for each in (target_net, net):
            drawn = {name: own + _noise(random, own) for name, own in each.parameters().items()}
            each.set_parameters(drawn)
        return cls(target_net, net, target_net.parameters(), net.parameters())

    def expect_net_unchanged(self) -> None:
        """The network itself has not moved."""
        unchanged = same_parameters(self.net.parameters(), self.goal)
        expect(
            unchanged or same_parameters(self.target_net.parameters(), self.start),
            "both_networks_changed",
            "The target network has changed, but the weights of `net` have changed, too. Only the "
            "target network's may: does a line write into the weights of `net`? An operation in "
            "place (+=, *=, or a name that ends in _) changes what it is called on.",
        )
        expect(
            unchanged,
            "wrong_direction",
            "The network's own weights have changed: the target follows the network, not the other "
            "way round.",
        )


def _noise(random: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    """So that no weight is the same in both networks, whatever the student's class starts with."""
    return random.normal(size=weights.shape).astype(weights.dtype)


class _Move(NamedTuple):
    """One call of soft_update: the target's parameters before and after, and the network's."""

    start: Parameters
    end: Parameters
    goal: Parameters
    tau: float


def _expect_moved(move: _Move, wording: Wording) -> None:
    """Each of the target's parameters went the part tau of the way."""
    names = list(move.end)
    if [move.goal[name].shape for name in move.goal] != [move.end[name].shape for name in names]:
        raise CheckFailed("wrong_target", "The target network has other layers than before.")
    start, end, goal = (
        np.concatenate([array.ravel() for array in group.values()])
        for group in (move.start, move.end, move.goal)
    )
    expect(
        not np.allclose(end, start, atol=1e-5),
        "nothing_moved",
        Message(
            "The target network itself has not changed. A new tensor made by a formula, or a copy "
            "of the network, is another object: write the result into the weights of target_net "
            "({writes_weights}).",
            writes_weights=wording.writes_weights,
        ),
    )
    _expect_all_moved(move)
    known = _wrong_moves(start, goal, move.tau)
    _expect_argument_tau(start, goal, end, move.tau, known)
    right = Message(
        "With tau = {tau} each weight of the target network should become {tau} * the network's "
        "weight + {rest:.2f} * its own.",
        tau=move.tau,
        rest=1 - move.tau,
    )
    expect_close(
        end,
        start + move.tau * (goal - start),
        "wrong_update",
        Message.joined(right, _weights_of_the_sum(start, goal, end)),
        known_mistakes=known,
        tolerance=1e-3,
    )


def _weights_of_the_sum(start: np.ndarray, goal: np.ndarray, end: np.ndarray) -> Message:
    """How much of each network the target holds now, where all its weights say the same."""
    parts = np.stack([goal, start], axis=1).astype(np.float64)
    (network, own), *_ = np.linalg.lstsq(parts, end.astype(np.float64), rcond=None)
    if not np.allclose(parts @ (network, own), end, atol=1e-3):
        return Message("")
    return Message(
        "Yours become {network:.3g} * the network's weight + {own:.3g} * their own.",
        network=round(network, 4) + 0.0,
        own=round(own, 4) + 0.0,
    )


def _expect_all_moved(move: _Move) -> None:
    """None of the target's parameters stands still."""
    names = list(move.end)
    still = [name for name in names if np.allclose(move.end[name], move.start[name], atol=1e-6)]
    expect(
        len(names) < 3 or still != names[1:],
        "only_the_first_moved",
        Message(
            "Only the first of {count} parameters moved, {first}. Is there a `return` inside the "
            "loop? It ends the function in the first round.",
            count=len(names),
            first=names[0],
        ),
    )
    end, start = (
        np.concatenate([array.ravel() for array in group.values()])
        for group in (move.end, move.start)
    )
    unmoved = float(np.mean(np.isclose(end, start, atol=1e-6)))
    expect(
        unmoved < 0.05,
        "some_weights_left_out",
        Message(
            "{unmoved:.0%} of the target's weights have not moved: all layers move, weights and "
            "biases.",
            unmoved=unmoved,
        ),
    )


def _expect_argument_tau(
    start: np.ndarray,
    goal: np.ndarray,
    end: np.ndarray,
    tau: float,
    known: tuple[KnownMistake, ...],
) -> None:
    """The part of the way is the argument, not another number."""
    if any(np.allclose(end, mistake.values, rtol=1e-3, atol=1e-3) for mistake in known):
        return  # named by its own words
    part = float(np.median((end - start) / np.where(goal == start, 1, goal - start)))
    expect(
        abs(part - tau) < 1e-3
        or not np.allclose(end, start + part * (goal - start), rtol=1e-3, atol=1e-3),
        "fixed_tau",
        Message(
            "Called with tau = {tau}, soft_update moved the target by the part {part:.3g} of the "
            "way. Use the argument tau, not a fixed number.",
            tau=tau,
            part=part,
        ),
    )


def _wrong_moves(start: np.ndarray, goal: np.ndarray, tau: float) -> tuple[KnownMistake, ...]:
    return (
        KnownMistake(
            "tau_swapped",
            goal + tau * (start - goal),
            "tau is at the wrong network: the target keeps 1 - tau of itself, and takes tau of "
            "the network.",
        ),
        KnownMistake(
            "tau_ignored",
            goal,
            "The target became a copy of the network at once: it should move by the part tau.",
        ),
        KnownMistake(
            "target_shrinks",
            tau * goal,
            "The target's own part is missing: tau * network + (1 - tau) * target.",
        ),
        KnownMistake(
            "moved_twice",
            start + (1 - (1 - tau) ** 2) * (goal - start),
            "Each weight is moved twice. If you go through the modules and each one's "
            "parameters(), note that the network itself is one of its modules.",
        ),
        KnownMistake(
            "moves_away",
            start - tau * (goal - start),
            "The target moves *away* from the network: the sign of the difference is wrong.",
        ),
        KnownMistake(
            "target_grows",
            start + tau * goal,
            "The target keeps all of itself; it should keep only the part 1 - tau.",
        ),
    )


def _expect_still_learns(student: Student, net: StudentObject) -> None:
    """A gradient still reaches the network's parameters. Raises CheckFailed if it does not."""
    # As in a training, the observations have no gradient.
    x = student.put(Tensor(np.ones((2, WIDTH), np.float32)))
    try:
        found = student.gradients(net, x, network=net).parameters
        learns = all(part is not None for part in found.values())
    except StudentError as error:
        learns = "require grad" not in error.message
    expect(
        learns,
        "network_cannot_learn",
        "After the update no gradient reaches the weights of `net` any more, so it cannot learn. "
        "requires_grad_(False) stays switched off; torch.no_grad() holds for its lines only.",
    )


def expect_lags(target_net: StudentObject, net: StudentObject) -> None:
    """The target keeps its weights when the network changes."""
    before = target_net.parameters()
    net.set_parameters({name: value + 1 for name, value in net.parameters().items()})
    expect(
        same_parameters(before, target_net.parameters()),
        "target_aliased",
        "When the network's weights change, the target network's change with them: they share "
        "their memory. Copy the numbers, not the tensors.",
    )


def same_parameters(first: Parameters, second: Parameters) -> bool:
    """Whether two networks have the same parameters, in their order, but for rounding."""
    pairs = zip(first.values(), second.values(), strict=False)
    return len(first) == len(second) and all(
        a.shape == b.shape and np.allclose(a, b, atol=1e-6) for a, b in pairs
    )
