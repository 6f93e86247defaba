"""Exploring: the schedule of epsilon, and actions that are random with probability epsilon."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.worker.interface import Student

#: Rows of one question, so that a right answer misses a tolerance of 6 standard deviations once
#: in a thousand million times.
DRAWS = 4_000


def exponential_epsilon_task(unit: str) -> Task:
    """The task `<unit>/epsilon`: `epsilon(step, start, end, decay)` decays exponentially."""
    task = Task(f"{unit}/epsilon", requires=("epsilon",))

    @task.check("decays_exponentially", points=1)
    def decays_exponentially(student: Student, random: np.random.Generator) -> None:
        start, end = random.uniform(0.7, 1.0), random.uniform(0.02, 0.2)
        decay = int(random.integers(300, 900))
        step = np.array([0, decay // 2, decay, 3 * decay, 100 * decay])
        factor = np.exp(-step / decay)
        _expect_schedule(
            [student.call("epsilon", int(s), start, end, decay) for s in step],
            end + (start - end) * factor,
            "wrong_epsilon",
            f"With start {start:.2f}, end {end:.2f} and decay {decay}, epsilon should be "
            f"{start:.2f} at step 0, {end + (start - end) * np.exp(-1):.2f} at step {decay}, and "
            f"{end:.2f} after very many.",
            (
                KnownMistake(
                    "decays_to_zero",
                    start * factor,
                    "Epsilon falls to 0, not to its end value: add end, and let only the rest, "
                    "start - end, decay.",
                ),
                KnownMistake(
                    "starts_too_high",
                    end + start * factor,
                    "Epsilon begins at start + end: what decays is start - end.",
                ),
                KnownMistake(
                    "start_and_end_swapped",
                    start + (end - start) * factor,
                    "Epsilon rises instead of falling: start and end are swapped.",
                ),
                KnownMistake(
                    "rises",
                    end + (start - end) * np.exp(step / decay),
                    "Epsilon rises: the exponent is negative, exp(-step / decay).",
                ),
                *(
                    KnownMistake(
                        "whole_division",
                        end + (start - end) * np.exp(exponent),
                        "Epsilon goes down in stairs: // cuts the fraction off, write /.",
                    )
                    for exponent in (-(step // decay), -step // decay)
                ),
                KnownMistake(
                    "never_decays",
                    np.full(len(step), start),
                    "Epsilon stays at its start, whatever the step.",
                ),
                KnownMistake(
                    "arguments_ignored",
                    0.05 + (0.9 - 0.05) * np.exp(-step / 1000),
                    "This is the right formula with fixed numbers: use the arguments start, end "
                    "and decay.",
                ),
            ),
        )

    return task


def linear_epsilon_task(unit: str) -> Task:
    """The task `<unit>/epsilon`: `epsilon(step, start, end, steps)` falls on a straight line."""
    task = Task(f"{unit}/epsilon", requires=("epsilon",))

    @task.check("falls_on_a_line", points=1)
    def falls_on_a_line(student: Student, random: np.random.Generator) -> None:
        start, end = random.uniform(0.7, 1.0), random.uniform(0.02, 0.2)
        steps = int(random.integers(300, 900))
        step = np.array([0, steps // 3, 2 * steps // 3, steps])
        share = step / steps
        _expect_schedule(
            [student.call("epsilon", int(s), start, end, steps) for s in step],
            start + (end - start) * share,
            "wrong_epsilon",
            f"From start {start:.2f} epsilon should fall in equal parts to {end:.2f}, reached "
            f"after {steps} steps.",
            (
                KnownMistake(
                    "falls_to_zero",
                    start * (1 - share),
                    "The line ends at 0, not at the end value.",
                ),
                KnownMistake(
                    "start_and_end_swapped",
                    end + (start - end) * share,
                    "Epsilon rises instead of falling: start and end are swapped.",
                ),
                KnownMistake(
                    "exponential",
                    end + (start - end) * np.exp(-share),
                    "This is the exponential schedule; here a straight line is asked for.",
                ),
                KnownMistake(
                    "never_decays",
                    np.full(len(step), start),
                    "Epsilon stays at its start, whatever the step.",
                ),
            ),
        )

    @task.check("stays_at_the_end", points=1)
    def stays_at_the_end(student: Student, random: np.random.Generator) -> None:
        start, end = 1.0, 0.05
        found = [student.call("epsilon", step, start, end, 400) for step in (401, 800, 40_000)]
        _expect_schedule(
            found,
            np.full(3, end),
            "falls_too_far",
            f"After the last of its steps epsilon should stay at the end value, {end}; yours is "
            f"{_shown(found[1])} after twice as many. Mind that it must not become negative.",
        )

    return task


def epsilon_greedy_task(
    unit: str,
    *,
    name: str = "act",
    function: str = "select_action",
    network: NetworkMaker = plain_network,
) -> Task:
    """The task `<unit>/act`: `select_action(net, observation, epsilon)`, (n, 4) to (n,) actions."""
    task = Task(f"{unit}/{name}", requires=(function,))

    def ask(student: Student, q: QNetwork, observation: np.ndarray, epsilon: float) -> np.ndarray:
        rows = len(observation)
        chosen = student.call(function, network(student, q.layers), observation, epsilon)
        if isinstance(chosen, list) and all(_is_whole(item) for item in chosen):
            chosen = np.array([int(item) for item in chosen], dtype=np.int64)
        action = expect_shape(
            chosen,
            (rows,),
            "wrong_shape",
            f"For {rows} observations there should be {rows} actions.",
        )
        expect(
            action.dtype.kind in "iu" and bool(np.all((action >= 0) & (action < q.n_actions))),
            "wrong_actions",
            f"With {q.n_actions} actions the answers should be whole numbers from 0 to "
            f"{q.n_actions - 1}; yours are {action.dtype}, from {action.min()} to {action.max()}. "
            "How many actions there are, the width of the network's output says.",
        )
        return action

    @task.check("one_action_for_each_row", points=0, blocking=True)
    def one_action_for_each_row(student: Student, random: np.random.Generator) -> None:
        q = QNetwork.draw(random)
        for rows, dtype in ((5, np.float32), (1, np.float32), (3, np.float64)):
            for epsilon in (0.0, 1.0):
                ask(student, q, random.normal(size=(rows, 4)).astype(dtype), epsilon)

    @task.check("takes_the_best_action", points=1)
    def takes_the_best_action(student: Student, random: np.random.Generator) -> None:
        q, observation = QNetwork.draw_with_all_actions_best(random)
        best = q.values(observation).argmax(axis=1)
        action = ask(student, q, observation, 0.0)
        if np.array_equal(action, best):
            return
        expect(
            not np.array_equal(action, q.values(observation).argmin(axis=1)),
            "worst_action",
            "With epsilon = 0 the action of the smallest Q-value is taken: use argmax.",
        )
        expect(
            len(set(action.tolist())) > 1,
            "same_action_for_all",
            "With epsilon = 0 all rows get the same action: each row has its own best one. Take "
            "argmax along the last dimension (dim=-1 or axis=-1).",
        )
        repeated = ask(student, q, observation, 0.0)
        expect(
            np.array_equal(action, repeated),
            "epsilon_inverted",
            "With epsilon = 0 nothing should be left to chance, but your actions change from call "
            "to call. Random is right when the number drawn is *below* epsilon.",
        )
        expect(
            False,
            "not_greedy",
            "With epsilon = 0 each row should get the action with its largest Q-value.",
        )

    @task.check("explores_all_actions_alike", points=1)
    def explores_all_actions_alike(student: Student, random: np.random.Generator) -> None:
        while True:
            q = QNetwork.draw(random)
            observation = np.tile(random.normal(size=4).astype(np.float32), (DRAWS, 1))
            best = int(q.values(observation[:1]).argmax())
            if best < q.n_actions - 1:  # the last action may be left out for another reason
                break
        action = ask(student, q, observation, 1.0)
        counts = np.bincount(action, minlength=q.n_actions)
        shares = counts / DRAWS
        # One draw for all rows may be the best action by chance: then others come later.
        always_best = counts[best] == DRAWS and all(
            ask(student, q, observation[:1], 1.0)[0] == best for _ in range(30)
        )
        expect(
            not always_best,
            "never_explores",
            "With epsilon = 1 every action should be random, but all rows got the best one.",
        )
        expect(
            counts.max() < DRAWS,
            "one_draw_for_all_rows",
            "With epsilon = 1 all rows got one and the same action: draw for each row.",
        )
        expect(
            counts[best] > 0,
            "best_action_left_out",
            "The best action never comes up among the random ones: draw from *all* actions.",
        )
        tolerance = 6 * np.sqrt((1 / q.n_actions) * (1 - 1 / q.n_actions) / DRAWS)
        expect(
            bool(np.all(np.abs(shares - 1 / q.n_actions) < tolerance)),
            "not_uniform",
            f"With epsilon = 1 each of {q.n_actions} actions should be taken about equally often; "
            f"yours have the shares {np.round(shares, 2).tolist()}.",
        )

    @task.check("random_with_probability_epsilon", points=1)
    def random_with_probability_epsilon(student: Student, random: np.random.Generator) -> None:
        q = QNetwork.draw(random)
        observation = np.tile(random.normal(size=4).astype(np.float32), (DRAWS, 1))
        best = int(q.values(observation[:1]).argmax())
        epsilon = float(np.round(random.uniform(0.2, 0.3), 2))
        # Now and then one decision serves all rows: ask twice, so that it shows for certain.
        action = [ask(student, q, observation, epsilon) for _ in range(2)]
        shares = [float(np.mean(rows == best)) for rows in action]
        wanted = 1 - epsilon + epsilon / q.n_actions
        together = all(
            share == 1 or abs(share - 1 / q.n_actions) < 0.05 or share == 0 for share in shares
        )
        expect(
            not together,
            "one_decision_for_all_rows",
            f"With epsilon = {epsilon} either all rows explore or none does. Decide for each row "
            "by itself: draw as many numbers as there are rows.",
        )
        tolerance = 6 * np.sqrt(wanted * (1 - wanted) / DRAWS)
        share = shares[0]
        expect(
            abs(share - (epsilon + (1 - epsilon) / q.n_actions)) > tolerance,
            "epsilon_inverted",
            f"With epsilon = {epsilon} the best action came up in {share:.0%} of the rows, as if "
            "epsilon were the probability of *not* exploring: random below epsilon, greedy above.",
        )
        expect(
            abs(share - wanted) < tolerance,
            "wrong_share",
            f"With epsilon = {epsilon} and {q.n_actions} actions the best one should come up in "
            f"{wanted:.0%} of the rows (a random action may be the best one, too); yours in "
            f"{share:.0%}.",
        )

    return task


def _is_whole(item: object) -> bool:
    if isinstance(item, np.ndarray):
        return item.shape == () and item.dtype.kind in "iu"
    return isinstance(item, int) and not isinstance(item, bool)


def _shown(item: object) -> str:
    return f"{item:.2f}" if isinstance(item, float) else str(item)


def _expect_schedule(
    found: list[object],
    right: np.ndarray,
    mistake: str,
    message: str,
    otherwise: tuple[KnownMistake, ...] = (),
) -> None:
    """found: one answer for each step asked."""
    values = [
        float(np.asarray(item).item())
        if isinstance(item, (int, float, np.ndarray)) and np.size(item) == 1
        else None
        for item in found
    ]
    expect(None not in values, "not_a_number", "epsilon should return one number.")
    expect_close(
        np.array(values), right, mistake, message, known_mistakes=otherwise, tolerance=2e-3
    )
