"""Functions of dqn_keras that must do without the slow `predict`."""

from __future__ import annotations

import numpy as np

from autograder.checks.task import check
from autograder.units.shared.exploration import EpsilonGreedyTask
from autograder.units.shared.keras_networks import masked_network, without
from autograder.units.shared.q_networks import QNetwork
from autograder.units.shared.td_targets import TargetsTask
from autograder.worker.interface import Student

PREDICT_IN_A_LOOP = (
    "You call net.predict. It is made for large data sets and takes a hundred times as long as the "
    "computation; in every step of an agent that is hours. Write net.predict_on_batch([...])."
)


class ActTask(EpsilonGreedyTask):
    """Epsilon-greedy actions, without the slow `predict`."""

    @check(points=1, needs=("takes_the_best_action",))
    def no_predict_in_a_loop(self, student: Student, random: np.random.Generator) -> None:
        network = masked_network(student, QNetwork.draw(random).layers)
        with without(network, ["predict"], "predict_in_a_loop", PREDICT_IN_A_LOOP):
            student.call("select_action", network, np.zeros((2, 4), np.float32), 0.0)


class KerasTargetsTask(TargetsTask):
    """Targets, without the slow `predict`."""

    @check(points=1, needs=("targets_are_right",))
    def no_predict_in_a_loop(self, student: Student, random: np.random.Generator) -> None:
        network = masked_network(student, QNetwork.draw(random).layers)
        reward, terminated = np.ones(2, np.float32), np.array([True, False])
        columns = (reward, np.zeros((2, 4), np.float32), terminated)
        with without(network, ["predict"], "predict_in_a_loop", PREDICT_IN_A_LOOP):
            student.call("td_targets", network, *columns, 0.9)
