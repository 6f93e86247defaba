"""A whole Keras model in a file, and back."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_close
from autograder.checks.raised import quoted
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.double_dqn_keras.network import new_network
from autograder.units.shared.examples.networks import SAVING
from autograder.units.shared.networks import observations, redraw
from autograder.units.shared.saving import saved_file
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor


class SaveTask(Task):
    """The whole model in a file, and back."""

    requires = ("DQN", "save_network", "load_network")
    examples = (SAVING,)

    @check(points=2)
    def the_whole_model_comes_back(self, student: Student, random: np.random.Generator) -> None:
        net, x = new_network(student, 3, 1), observations(random)
        net(Tensor(x))
        redraw(net, random)
        name = f"network-{random.integers(2**31)}.keras"
        path = student.temporary_path(name)
        student.call("save_network", net, path)
        # Agents save their best weights so far again and again, in the same file.
        first = _content(student, path)
        redraw(net, random)
        student.call("save_network", net, path)
        kept = net(Tensor(x))
        content = _content(student, path)
        # Another process, which has nothing but the file's bytes.
        expect(
            not np.array_equal(first, content),
            "not_overwritten",
            "After the network had learned, save_network was called again, and the file holds "
            "the same as before. It should hold the weights as they are now: are they in the file "
            "at all?",
        )
        with student.fresh() as other:
            copy = other.write_file(f"copy-{name}", content)
            self._expect_restored(other, copy, x, kept, net.kind)

    def _expect_restored(
        self, student: Student, path: str, x: np.ndarray, kept: np.ndarray, kind: str
    ) -> None:
        """The file holds the network that answered `kept`, and is of this class."""
        try:
            restored = student.call("load_network", path)
        except StudentError as error:
            raise CheckFailed(
                "cannot_be_loaded",
                Message(
                    "The file cannot be loaded. It should be written by net.save(path) and read by "
                    "keras.models.load_model(path), and get_config should hand out all arguments "
                    "of __init__ under their names. The error: {error}",
                    error=quoted(error),
                ),
            ) from None
        if not isinstance(restored, StudentObject):
            raise CheckFailed(
                "nothing_loaded",
                Message(
                    "load_network should return the network, made by keras.models.load_model; it "
                    "returned {kind}.",
                    kind="None" if restored is None else f"a {type(restored).__name__}",
                ),
            )
        found = restored(Tensor(x))
        expect(
            isinstance(found, np.ndarray) and found.shape == kept.shape,
            "config_incomplete",
            "The restored network has another shape than the saved one: get_config should hand out "
            "n_actions and n_hidden_layers.",
        )
        expect_close(
            found,
            kept,
            "weights_not_loaded",
            "The restored network answers differently: its weights are not those that were saved.",
            tolerance=1e-4,
        )
        expect(
            restored.kind == kind,
            "another_class",
            Message(
                "The restored network is a {restored}, not a {saved}: save the model itself.",
                restored=restored.kind,
                saved=kind,
            ),
        )


def _content(student: Student, path: str) -> np.ndarray:
    """The bytes of the file that save_network wrote, uint8."""
    content = saved_file(student, path)
    if content is None:
        raise CheckFailed(
            "no_file",
            "save_network wrote no file at the path that it was given: net.save(path).",
        )
    return content
