"""Deep Q-learning, asked of PyTorch and Keras units alike: targets, loss, the target network.

Each function makes a task for a unit, `memory = replay_memory_task("dqn")`. The student's
functions are called with positions, so their arguments may have any names; the docstrings say in
which order. `network` and `arrays` suit a unit whose networks or batches look different: what a
network of the checks' own is wrapped into, and how a batch is handed over (tensors by default).

The parts that are no learning stand beside: `tasks/replay.py` (the replay memory),
`tasks/exploration.py` (epsilon's schedules, epsilon-greedy actions), `tasks/probes.py` (tiny
environments in which an agent must find known Q-values).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.units.shared.exploration import (
    epsilon_greedy_task,
    exponential_epsilon_task,
    linear_epsilon_task,
)
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.units.shared.replay import MemoryNames, add_too_few_check, replay_memory_task
from autograder.worker.interface import Student, StudentObject, Tensor

__all__ = [
    "MemoryNames",
    "QNetwork",
    "add_target_network_checks",
    "add_too_few_check",
    "copy_task",
    "double_targets_task",
    "epsilon_greedy_task",
    "exponential_epsilon_task",
    "huber_loss_task",
    "linear_epsilon_task",
    "replay_memory_task",
    "soft_update_task",
    "targets_task",
]

#: How a batch's arrays are handed to the student's function.
HandOver = Callable[[np.ndarray], object]
ROWS = 6
#: Answers that differ so much somewhere are told apart, whatever is tolerated.
DISTINCT = 0.05


class _Steps(NamedTuple):
    """Some steps to learn from; rows 1 and 4 are the last of their episodes."""

    reward: np.ndarray  # (ROWS,) float32, no two alike, none zero
    next_observation: np.ndarray  # (ROWS, 4) float32
    terminated: np.ndarray  # (ROWS,) bool
    gamma: float


def targets_task(
    unit: str,
    *,
    name: str = "targets",
    function: str = "td_targets",
    network: NetworkMaker = plain_network,
    arrays: HandOver = Tensor,
) -> Task:
    """`td_targets(target_net, reward, next_observation, terminated, gamma)`, a (batch,) of targets.

    r + gamma max_a Q(s', a), and r alone after the last step; Mnih et al. (2015).
    """
    task = Task(f"{unit}/{name}", requires=(function,))

    def ask(student: Student, net: StudentObject, steps: _Steps) -> object:
        return student.call(
            function,
            net,
            arrays(steps.reward),
            arrays(steps.next_observation),
            arrays(steps.terminated),
            steps.gamma,
        )

    @task.check("one_target_for_each_row", points=0, blocking=True)
    def one_target_for_each_row(student: Student, random: np.random.Generator) -> None:
        q = QNetwork.draw(random)
        _expect_one_for_each_row(ask(student, network(student, q.layers), _steps(random)), q)

    @task.check("targets_are_right", points=2)
    def targets_are_right(student: Student, random: np.random.Generator) -> None:
        while True:
            q, steps = QNetwork.draw(random), _steps(random)
            values = q.values(steps.next_observation)
            right = _targets(steps, values.max(axis=1))
            wrong = (*_wrong_sums(steps, values.max(axis=1)), *_wrong_choices(steps, values))
            if _all_differ(right, wrong):
                break
        expect_close(
            ask(student, network(student, q.layers), steps),
            right,
            "wrong_targets",
            "The target of a step is its reward + gamma * the largest Q-value of the next "
            "observation, and the reward alone if the episode terminated with it.",
            known_mistakes=wrong,
            tolerance=1e-3,
        )

    @task.check("steps_that_end_nothing", points=0)
    def steps_that_end_nothing(student: Student, random: np.random.Generator) -> None:
        q = QNetwork.draw(random)
        steps = _steps(random)._replace(terminated=np.zeros(ROWS, dtype=bool))
        expect_close(
            ask(student, network(student, q.layers), steps),
            _targets(steps, q.values(steps.next_observation).max(axis=1)),
            "wrong_without_ends",
            "In this batch no step terminated: every target is reward + gamma * the largest "
            "Q-value of the next observation.",
            tolerance=1e-3,
        )

    @task.check("no_gradient_through_the_target", points=1)
    def no_gradient_through_the_target(student: Student, random: np.random.Generator) -> None:
        q = QNetwork.draw(random)
        net = network(student, q.layers)
        _expect_no_gradient(student, function, (net, *_handed(_steps(random), arrays)), net)

    return task


def double_targets_task(
    unit: str,
    *,
    name: str = "double_targets",
    function: str = "double_dqn_targets",
    network: NetworkMaker = plain_network,
    arrays: HandOver = Tensor,
) -> Task:
    """`double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma)`.

    The network chooses the action, the target network says its value; van Hasselt et al. (2016).
    """
    task = Task(f"{unit}/{name}", requires=(function,))

    def ask(
        student: Student, net: StudentObject, target_net: StudentObject, steps: _Steps
    ) -> object:
        return student.call(function, net, target_net, *_handed(steps, arrays))

    @task.check("one_target_for_each_row", points=0, blocking=True)
    def one_target_for_each_row(student: Student, random: np.random.Generator) -> None:
        q, other = QNetwork.draw(random), QNetwork.draw(random)
        nets = network(student, q.layers), network(student, other.layers)
        _expect_one_for_each_row(ask(student, *nets, _steps(random)), q)

    @task.check("one_network_chooses_the_other_judges", points=2)
    def one_chooses_the_other_judges(student: Student, random: np.random.Generator) -> None:
        while True:
            q, other, steps = QNetwork.draw(random), QNetwork.draw(random), _steps(random)
            online, target = q.values(steps.next_observation), other.values(steps.next_observation)
            judged = target[np.arange(ROWS), online.argmax(axis=1)]
            wrong = (*_wrong_roles(steps, online, target), *_wrong_sums(steps, judged))
            if _all_differ(_targets(steps, judged), wrong):
                break
        expect_close(
            ask(student, network(student, q.layers), network(student, other.layers), steps),
            _targets(steps, judged),
            "wrong_targets",
            "The target is the reward + gamma * what the target network says of the action that "
            "`net` rates best, and the reward alone if the episode terminated.",
            known_mistakes=wrong,
            tolerance=1e-3,
        )

    @task.check("no_gradient_through_the_target", points=1)
    def no_gradient_through_the_target(student: Student, random: np.random.Generator) -> None:
        q, other = QNetwork.draw(random), QNetwork.draw(random)
        steps = _handed(_steps(random), arrays)
        nets = network(student, q.layers), network(student, other.layers)
        for net in nets:
            _expect_no_gradient(student, function, (*nets, *steps), net)

    return task


def huber_loss_task(
    unit: str,
    *,
    name: str = "loss",
    function: str = "q_loss",
    network: NetworkMaker = plain_network,
    arrays: HandOver = Tensor,
) -> Task:
    """`q_loss(net, observation, action, targets)`: mean Huber loss of Q(s, a), one number."""
    task = Task(f"{unit}/{name}", requires=(function,))

    @task.check("a_single_number", points=0, blocking=True)
    def a_single_number(student: Student, random: np.random.Generator) -> None:
        case = _LossCase.draw(random)
        loss = student.call(function, network(student, case.q.layers), *case.handed(arrays))
        expect_shape(
            loss, (), "not_a_number", "The loss is one number for the whole batch: take the mean."
        )

    @task.check("value", points=2)
    def value(student: Student, random: np.random.Generator) -> None:
        case = _LossCase.draw(random)
        expect_close(
            student.call(function, network(student, case.q.layers), *case.handed(arrays)),
            np.mean(huber(case.error)),
            "wrong_loss",
            "The loss should be the mean over the batch of the Huber loss of Q(s, a) - target, "
            "where Q(s, a) is each row's value of its *own* action.",
            known_mistakes=case.typical(),
            tolerance=1e-3,
        )

    @task.check("only_the_chosen_action_learns", points=1)
    def only_the_chosen_action_learns(student: Student, random: np.random.Generator) -> None:
        case = _LossCase.draw(random)
        net = network(student, case.q.layers)
        found = student.gradients(function, net, *case.handed(arrays), network=net)
        gradient = [array for array in found.parameters.values() if array is not None]
        if not gradient:
            raise CheckFailed(
                "graph_cut",
                "The loss does not depend on the network's weights any more: .item(), .detach(), "
                "no_grad(), numpy() or a new tensor cut the graph. Nothing would be learned.",
            )
        last_bias = [array for array in gradient if array.shape == (case.q.n_actions,)]
        if not last_bias:
            raise CheckFailed("graph_cut", "The loss does not reach the network's last layer.")
        expect_close(
            last_bias[-1],
            case.bias_gradient(),
            "wrong_gradient",
            "The loss pulls at the wrong outputs: of each row only the value of the action that "
            "was taken should move, towards its target.",
            tolerance=1e-3,
        )

    return task


def soft_update_task(
    unit: str,
    *,
    name: str = "soft_update",
    function: str = "soft_update",
    network: NetworkMaker = plain_network,
) -> Task:
    """`soft_update(target_net, net, tau)`: each weight of the target moves by tau to the net's."""
    task = Task(f"{unit}/{name}", requires=(function,))

    @task.check("moves_by_tau", points=2, blocking=True)
    def moves_by_tau(student: Student, random: np.random.Generator) -> None:
        target_net, net, before, towards = _two_networks(student, random, network)
        tau = float(np.round(random.uniform(0.1, 0.3), 2))
        for _ in range(2):
            student.call(function, target_net, net, tau)
            _expect_unchanged(net, towards)
            after = target_net.parameters()
            _expect_moved(before, after, towards, tau)
            before = after

    @task.check("stays_a_network_of_its_own", points=1)
    def stays_a_network_of_its_own(student: Student, random: np.random.Generator) -> None:
        target_net, net, _, _ = _two_networks(student, random, network)
        student.call(function, target_net, net, 1.0)
        _expect_lags(target_net, net)

    return task


def copy_task(
    unit: str,
    *,
    name: str = "copy",
    function: str = "copy_weights",
    network: NetworkMaker = plain_network,
) -> Task:
    """`copy_weights(target_net, net)`: the target network gets the network's weights."""
    task = Task(f"{unit}/{name}", requires=(function,))

    @task.check("copies_the_weights", points=1, blocking=True)
    def copies_the_weights(student: Student, random: np.random.Generator) -> None:
        target_net, net, before, towards = _two_networks(student, random, network)
        student.call(function, target_net, net)
        _expect_unchanged(net, towards)
        after = target_net.parameters()
        expect(
            not _equal(before, after),
            "nothing_copied",
            "The target network still has its old weights: write the network's weights into it.",
        )
        expect(
            _equal(after, towards),
            "wrong_copy",
            "The target network should have exactly the network's weights now.",
        )

    @task.check("stays_a_network_of_its_own", points=1)
    def stays_a_network_of_its_own(student: Student, random: np.random.Generator) -> None:
        target_net, net, _, _ = _two_networks(student, random, network)
        student.call(function, target_net, net)
        _expect_lags(target_net, net)

    return task


def add_target_network_checks(
    task: Task,
    agent: Callable[[Student], StudentObject],
    *,
    net: str = "net",
    target_net: str = "target_net",
) -> None:
    """The agent's target network begins as a copy of its network, and is a network of its own.

    agent: makes a fresh agent. net, target_net: its attributes.
    """

    @task.check("target_network_is_a_copy", points=1, blocking=True)
    def target_network_is_a_copy(student: Student, random: np.random.Generator) -> None:
        made = agent(student)
        networks = made.get(net), made.get(target_net)
        for name, found in zip((net, target_net), networks, strict=True):
            if not isinstance(found, StudentObject):
                raise CheckFailed("no_network", f"The agent should keep a network in self.{name}.")
        online, target = networks
        expect(
            not student.same(online, target),
            "target_aliased",
            f"self.{target_net} and self.{net} are one and the same network under two names. The "
            "target then moves with every step, and Q runs away: make a second network.",
        )
        expect(
            _equal(online.parameters(), target.parameters()),
            "target_not_copied",
            f"At the start self.{target_net} should have the same weights as self.{net}.",
        )
        _expect_lags(target, online)


def huber(error: np.ndarray) -> np.ndarray:
    """Quadratic near zero, linear beyond one; Huber (1964)."""
    size = np.abs(error)
    return np.where(size < 1, 0.5 * error**2, size - 0.5)


def _steps(random: np.random.Generator) -> _Steps:
    terminated = np.zeros(ROWS, dtype=bool)
    terminated[[1, 4]] = True
    # Distinct rewards away from zero: a lost or misplaced one shows.
    reward = (np.arange(ROWS) + random.uniform(0.5, 1.0, size=ROWS)).astype(np.float32)
    return _Steps(
        reward=random.permutation(reward),
        next_observation=random.normal(size=(ROWS, 4)).astype(np.float32),
        terminated=terminated,
        gamma=float(np.round(random.uniform(0.5, 0.8), 2)),
    )


def _handed(steps: _Steps, arrays: HandOver) -> tuple[object, ...]:
    columns = (steps.reward, steps.next_observation, steps.terminated)
    return (*map(arrays, columns), steps.gamma)


def _targets(steps: _Steps, following: np.ndarray) -> np.ndarray:
    """following: V(s') of each row, (ROWS,)."""
    return steps.reward + steps.gamma * np.where(steps.terminated, 0.0, following)


def _all_differ(right: np.ndarray, wrong: Sequence[KnownMistake]) -> bool:
    """Whether no mistake gives the right answer, or another mistake's, by chance."""
    named = [("", right), *((answer.mistake, answer.values) for answer in wrong)]
    return all(
        np.max(np.abs(values - others)) > DISTINCT
        for (name, values), (other, others) in combinations(named, 2)
        if name != other
    )


def _wrong_sums(steps: _Steps, best: np.ndarray) -> tuple[KnownMistake, ...]:
    """What typical mistakes make of the right values of the next observations, (ROWS,)."""
    reward, gamma, over = steps.reward, steps.gamma, steps.terminated
    return (
        KnownMistake(
            "terminal_not_masked",
            reward + gamma * best,
            "After a step that terminated the episode nothing comes any more, but your target "
            "counts on it: V(s') is 0 there. Unmasked, Q grows without end.",
        ),
        KnownMistake(
            "mask_inverted",
            reward + gamma * np.where(over, best, 0.0),
            "The mask is inverted: V(s') counts where the episode goes *on* (~terminated), and is "
            "0 where it terminated.",
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
        KnownMistake(
            "no_discount",
            _targets(steps._replace(gamma=1.0), best),
            "gamma is missing: what comes later counts gamma times less.",
        ),
        *(
            KnownMistake(
                "fixed_discount",
                _targets(steps._replace(gamma=fixed), best),
                "Use the argument gamma, not a fixed number.",
            )
            for fixed in (0.97, 0.99)
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


def _wrong_choices(steps: _Steps, values: np.ndarray) -> tuple[KnownMistake, ...]:
    """Something else than the largest of the next observations' Q-values, (ROWS, n_actions)."""
    return (
        KnownMistake(
            "min_instead_of_max",
            _targets(steps, values.min(axis=1)),
            "You take the smallest Q-value of the next observation; the agent will do its best: "
            "take the largest.",
        ),
        KnownMistake(
            "mean_instead_of_max",
            _targets(steps, values.mean(axis=1)),
            "You take the mean of the Q-values; the agent will do its best: take the largest.",
        ),
        KnownMistake(
            "sum_instead_of_max",
            _targets(steps, values.sum(axis=1)),
            "You add the Q-values up; only one action will be taken: take the largest.",
        ),
        KnownMistake(
            "argmax_instead_of_max",
            _targets(steps, values.argmax(axis=1)),
            "You take the *number* of the best action (argmax, or max(...).indices); the target "
            "needs its value (max(...).values).",
        ),
        KnownMistake(
            "max_over_the_batch",
            _targets(steps, np.full(ROWS, values.max())),
            "Every row got the largest Q-value of the whole batch: take the largest of each row, "
            "max along the last dimension.",
        ),
        KnownMistake(
            "always_the_first_action",
            _targets(steps, values[:, 0]),
            "You always take the Q-value of action 0: take the largest of each row.",
        ),
    )


def _wrong_roles(steps: _Steps, online: np.ndarray, target: np.ndarray) -> tuple[KnownMistake, ...]:
    """The two networks' Q-values, (ROWS, n_actions) each, in other roles than Double DQN's."""
    return (
        KnownMistake(
            "plain_dqn",
            _targets(steps, target.max(axis=1)),
            "This is plain DQN: the target network chooses the action *and* says its value. In "
            "Double DQN `net` chooses (argmax), and the target network says the value of that "
            "action.",
        ),
        KnownMistake(
            "only_the_online_network",
            _targets(steps, online.max(axis=1)),
            "Only `net` was asked, for the choice and for the value: the value comes from the "
            "target network.",
        ),
        KnownMistake(
            "networks_swapped",
            _targets(steps, online[np.arange(ROWS), target.argmax(axis=1)]),
            "The two networks are swapped: `net` chooses, the target network says the value.",
        ),
        KnownMistake(
            "smaller_of_both",
            _targets(steps, np.minimum(online.max(axis=1), target.max(axis=1))),
            "This takes the smaller of two maxima (as TD3 does). Double DQN takes the target "
            "network's value of the action that `net` rates best.",
        ),
    )


def _expect_one_for_each_row(targets: object, q: QNetwork) -> None:
    if isinstance(targets, np.ndarray):
        expect(
            targets.shape != (ROWS, ROWS),
            "rows_against_columns",
            f"{ROWS} steps gave {ROWS} x {ROWS} targets: a column, shape ({ROWS}, 1), met a row, "
            f"shape ({ROWS},). Take care that all have the shape ({ROWS},).",
        )
        expect(
            targets.shape not in ((ROWS, q.n_actions), (q.n_actions,)),
            "max_along_the_wrong_axis",
            "There should be one target for each step, not for each action: take the largest "
            "Q-value of each row, along the last dimension.",
        )
    expect_shape(targets, (ROWS,), "wrong_shape", f"{ROWS} steps should give {ROWS} targets.")


def _expect_no_gradient(
    student: Student, function: str, arguments: tuple[object, ...], net: StudentObject
) -> None:
    # Kept there, they are not differentiated: a right answer may call `reward.numpy()`.
    given = [student.put(item) if isinstance(item, Tensor) else item for item in arguments]
    found = student.gradients(function, *given, network=net)
    expect(
        all(array is None or not np.any(array) for array in found.parameters.values()),
        "gradient_through_the_target",
        "The targets still hang on the network's weights: learning would move the target instead "
        "of the prediction. Compute them without gradient (torch.no_grad(), tf.stop_gradient).",
    )


class _LossCase(NamedTuple):
    """A batch whose loss is known: some errors are below one, some beyond."""

    q: QNetwork
    observation: np.ndarray  # (ROWS, 4) float32
    action: np.ndarray  # (ROWS,) int64, every action at least once
    targets: np.ndarray  # (ROWS,) float32

    @classmethod
    def draw(cls, random: np.random.Generator) -> _LossCase:
        while True:
            q = QNetwork.draw(random)
            observation = random.normal(size=(ROWS, 4)).astype(np.float32)
            action = random.permutation(np.arange(ROWS) % q.n_actions)
            size = np.array([0.3, -0.6, 0.8, -1.7, 2.5, -3.1]) * random.uniform(0.9, 1.1, size=ROWS)
            targets = q.values(observation)[np.arange(ROWS), action] - random.permutation(size)
            case = cls(q, observation, action, targets.astype(np.float32))
            if _all_differ(np.mean(huber(case.error)), case.typical()):
                return case

    @property
    def error(self) -> np.ndarray:
        """Q(s, a) - target, (ROWS,)."""
        return self.q.values(self.observation)[np.arange(ROWS), self.action] - self.targets

    def handed(self, arrays: HandOver) -> tuple[object, ...]:
        return arrays(self.observation), arrays(self.action), arrays(self.targets)

    def bias_gradient(self) -> np.ndarray:
        """Derivative of the loss by the last layer's bias, (n_actions,)."""
        gradient = np.zeros(self.q.n_actions)
        np.add.at(gradient, self.action, np.clip(self.error, -1, 1) / ROWS)
        return gradient

    def typical(self) -> tuple[KnownMistake, ...]:
        values, error = self.q.values(self.observation), self.error
        targets = self.targets.astype(np.float64)
        taken = error + targets
        return (
            KnownMistake(
                "squared_error",
                np.mean(error**2),
                "This is the mean *squared* error. The Huber loss is quadratic only for small "
                "errors and a straight line beyond 1, so that one surprise does not throw "
                "everything over: F.smooth_l1_loss in PyTorch, keras.losses.Huber in Keras.",
            ),
            KnownMistake(
                "absolute_error",
                np.mean(np.abs(error)),
                "This is the mean absolute error; near zero the Huber loss is a parabola: "
                "F.smooth_l1_loss in PyTorch, keras.losses.Huber in Keras.",
            ),
            KnownMistake(
                "sum_instead_of_mean",
                np.sum(huber(error)),
                "This is the sum over the batch; take the mean, or the step grows with the batch.",
            ),
            KnownMistake(
                "rows_against_columns",
                np.mean(huber(taken[:, None] - targets[None, :])),
                "Each value was compared with *every* target: a column, shape (batch, 1), met a "
                "row, shape (batch,). Give both the shape (batch,).",
            ),
            KnownMistake(
                "max_instead_of_chosen",
                np.mean(huber(values.max(axis=1) - targets)),
                "This compares the *largest* Q-value with the target; learn about the action that "
                "was taken: gather(1, action) in PyTorch, tf.gather(..., batch_dims=1) in "
                "TensorFlow.",
            ),
            KnownMistake(
                "always_the_first_action",
                np.mean(huber(values[:, 0] - targets)),
                "This takes the Q-value of action 0 in every row: each row has its own action.",
            ),
            KnownMistake(
                "all_actions",
                np.mean(huber(values - targets[:, None])),
                "All actions are drawn to the target; only the one that was taken is to learn.",
            ),
            KnownMistake(
                "sign_flipped",
                -np.mean(huber(error)),
                "The loss is negative: an optimizer would make the error large.",
            ),
        )


def _two_networks(
    student: Student, random: np.random.Generator, network: NetworkMaker
) -> tuple[StudentObject, StudentObject, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Target network and network, and the parameters of both."""
    target_net = network(student, QNetwork.draw(random).layers)
    net = network(student, QNetwork.draw(random).layers)
    return target_net, net, target_net.parameters(), net.parameters()


def _expect_moved(
    before: dict[str, np.ndarray],
    after: dict[str, np.ndarray],
    towards: dict[str, np.ndarray],
    tau: float,
) -> None:
    """Each of the target's parameters went the part tau of the way."""
    names = list(after)
    if [towards[name].shape for name in towards] != [after[name].shape for name in names]:
        raise CheckFailed("wrong_target", "The target network has other layers than before.")
    start, end, goal = (
        np.concatenate([array.ravel() for array in group.values()])
        for group in (before, after, towards)
    )
    expect(
        not np.allclose(end, start, atol=1e-5),
        "nothing_moved",
        "The target network has not changed. A new tensor made by a formula is not its weight: "
        "write the result into the weights (copy_, lerp_, load_state_dict, set_weights).",
    )
    some = np.isclose(end, start, atol=1e-6)
    expect(
        np.mean(some) < 0.05,
        "some_weights_left_out",
        f"{np.mean(some):.0%} of the target's weights stood still: all layers move, weights and "
        "biases.",
    )
    expect_close(
        end,
        start + tau * (goal - start),
        "wrong_update",
        f"With tau = {tau} each weight of the target network should become {tau} * the network's "
        f"weight + {1 - tau:.2f} * its own.",
        known_mistakes=(
            KnownMistake(
                "tau_swapped",
                goal + tau * (start - goal),
                "tau is at the wrong network: the target keeps 1 - tau of itself, and takes tau "
                "of the network.",
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
                "target_grows",
                start + tau * goal,
                "The target keeps all of itself; it keeps the part 1 - tau.",
            ),
        ),
        tolerance=1e-3,
    )


def _expect_unchanged(net: StudentObject, before: dict[str, np.ndarray]) -> None:
    expect(
        _equal(net.parameters(), before),
        "wrong_direction",
        "The network's own weights have changed: the target follows the network, not the other "
        "way round.",
    )


def _expect_lags(target_net: StudentObject, net: StudentObject) -> None:
    """The target keeps its weights when the network changes."""
    before = target_net.parameters()
    net.set_parameters({name: value + 1 for name, value in net.parameters().items()})
    expect(
        _equal(before, target_net.parameters()),
        "target_aliased",
        "When the network's weights change, the target network's change with them: they share "
        "their memory. Copy the numbers, not the tensors.",
    )


def _equal(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    """Whether two networks have the same parameters, in their order."""
    pairs = zip(first.values(), second.values(), strict=False)
    return len(first) == len(second) and all(
        a.shape == b.shape and np.allclose(a, b, atol=1e-6) for a, b in pairs
    )
