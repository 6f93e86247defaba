"""The `Student` interface that every check is written against.

A check makes the student's objects, calls them with arrays, reads and sets their parameters and
takes gradients. It never sees anything but plain values and arrays: what else the student's code
returns stays on the student's side, behind a `StudentObject`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.worker.rows import StepFormat
from autograder.worker.rules import Behaviour
from autograder.worker.values import Gradients, Layer
from autograder.worker.values import NotSolved as NotSolved
from autograder.worker.values import StudentError as StudentError
from autograder.worker.values import Tensor as Tensor
from helpers.agents import AbstractAgent

#: A method's name and its arguments.
MethodCall = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Scaled:
    """Numbers that the student's code receives as a tensor with a gradient: scales times a value.

    value: what `Student.linear` made. head: which of its values.
    """

    value: StudentObject
    scales: np.ndarray
    head: int = 0


@dataclass(frozen=True)
class Returned:
    """A double's rule: these results, one a call; the last one also for all later calls."""

    results: tuple[Any, ...]


@dataclass(frozen=True)
class PassedOn:
    """A double's rule: one of its arguments, as a tensor of floats."""

    argument: int


@dataclass(frozen=True)
class WeightedSums:
    """A double's rule: for each pair one number, the sum of weights times an argument.

    A single pair gives a single number, several give a tuple. Its gradient is known: the weights.
    """

    pairs: tuple[tuple[int, np.ndarray], ...]  # number of the argument, weights of its shape


Rule = Returned | PassedOn | WeightedSums | Behaviour


@dataclass(frozen=True)
class StudentObject:
    """Something that lives on the student's side: a network, an agent, a buffer."""

    student: Student
    number: int
    kind: str

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the object itself."""
        return self.student.call(self, *arguments, **keywords)

    def call(self, method: str, *arguments: Any, **keywords: Any) -> Any:
        """Call one of its methods."""
        return self.student.call_method(self, method, *arguments, **keywords)

    def call_many(self, calls: Sequence[MethodCall]) -> list[Any]:
        """Call methods one after the other, none of which waits for the checks; their results."""
        return self.student.call_many(self, calls)

    def get(self, attribute: str) -> Any:
        """Read an attribute; dots reach deeper (`"net.policy_head"`)."""
        return self.student.get(self, attribute)

    def set(self, attribute: str, value: Any) -> None:
        """Write an attribute."""
        self.student.set(self, attribute, value)

    def parameters(self) -> dict[str, np.ndarray]:
        """Copies of a network's parameters by name."""
        return self.student.parameters(self)

    def set_parameters(self, parameters: dict[str, np.ndarray]) -> None:
        """Write some of a network's parameters."""
        self.student.set_parameters(self, parameters)


class Student(ABC):
    """A student's answers. Every method raises StudentError when the student's code raises."""

    #: "torch", "tensorflow", or None: what a Tensor becomes.
    framework: str | None

    @abstractmethod
    def call(self, target: str | StudentObject, *arguments: Any, **keywords: Any) -> Any:
        """Call a function or class by name, or an object. Raises NotSolved if there is none."""

    @abstractmethod
    def map_rows(self, target: str | StudentObject, rows: np.ndarray) -> list[Any]:
        """Call the target once for each row of an array; one result a row."""

    @abstractmethod
    def make_helper(self, name: str, *arguments: Any) -> StudentObject:
        """Make something of the course's own on the student's side (`"scripted.ScriptedEnv"`)."""

    @abstractmethod
    def call_method(
        self, target: StudentObject, method: str, *arguments: Any, **keywords: Any
    ) -> Any:
        """Call a method of an object."""

    @abstractmethod
    def call_many(self, target: StudentObject, calls: Sequence[MethodCall]) -> list[Any]:
        """Call methods of an object one after the other, in one question; one result a call."""

    @abstractmethod
    def get(self, target: StudentObject, attribute: str) -> Any:
        """Read an attribute."""

    @abstractmethod
    def set(self, target: StudentObject, attribute: str, value: Any) -> None:
        """Write an attribute."""

    @abstractmethod
    def put(self, value: Any) -> StudentObject:
        """Put a value on the student's side, to be passed again and again as the same object."""

    @abstractmethod
    def call_ref(
        self, target: str | StudentObject, *arguments: Any, output: int | None = None
    ) -> StudentObject:
        """Call the target and leave its result on the student's side, graph and all.

        output: which element, if the result is a tuple.
        """

    @abstractmethod
    def fetch(self, target: StudentObject) -> Any:
        """Read a kept value back."""

    @abstractmethod
    def same(self, first: StudentObject, second: StudentObject) -> bool:
        """Whether two objects are one and the same."""

    @abstractmethod
    def parameters(self, target: StudentObject) -> dict[str, np.ndarray]:
        """Copies of a network's parameters by name."""

    @abstractmethod
    def set_parameters(self, target: StudentObject, parameters: dict[str, np.ndarray]) -> None:
        """Write some of a network's parameters. Raises StudentError if a name does not exist."""

    @abstractmethod
    def gradients(
        self,
        target: str | StudentObject,
        *arguments: Any,
        network: StudentObject | None = None,
        output: int | None = None,
        weights: np.ndarray | None = None,
    ) -> Gradients:
        """Call the target and differentiate the sum of its result.

        By each Tensor among the arguments that holds floats, and by the network's parameters.
        output: which element, if the result is a tuple. weights: of each number in the sum.
        """

    @contextmanager
    def doubles(self) -> Iterator[None]:
        """Until the end of the block, doubles stand in the place of the student's functions."""
        try:
            yield
        finally:
            self.restore()

    @abstractmethod
    def double(self, name: str, parameters: tuple[str, ...], rule: Rule) -> StudentObject:
        """Put a double in the place of the student's function; within `doubles()`.

        It has `count`, `given(call, parameter)` and `tracked(call, parameter)`: how often it was
        called, and with what.
        """

    @abstractmethod
    def restore(self) -> None:
        """Take all doubles away."""

    @abstractmethod
    def linear(
        self, network: StudentObject, directions: Sequence[dict[str, np.ndarray]]
    ) -> StudentObject:
        """Values that are linear in a network's parameters, for `Scaled`: one for each head.

        Each is the sum of all parameters times its direction, which has the names and shapes of
        `parameters(network)`; so its gradient is the direction, whatever the network computes.
        The heads share a graph, as those of a network do after one pass.
        """

    @abstractmethod
    def plain_optimizer(self, optimizer: StudentObject, learning_rate: float) -> StudentObject:
        """Gradient descent on the parameters that an optimizer holds; it counts its `steps`."""

    @abstractmethod
    def agent(self, made: StudentObject, form: StepFormat) -> AbstractAgent:
        """An agent as the training loop sees it: it gives and takes rows of this form.

        Its methods raise StudentError when the student's do, or return something else than what
        is due. Raises StudentError if the object is no agent.
        """

    @abstractmethod
    def seed(self, seed: int) -> None:
        """Seed every source of random numbers on the student's side."""

    @abstractmethod
    def network(
        self,
        layers: list[Layer],
        softmax: bool = False,
        critic: Layer | None = None,
        masked: bool = False,
        like: str | None = None,
    ) -> StudentObject:
        """A network of the checks' own: linear layers with ReLU between.

        critic: a second head on the last hidden layer; the network then answers with two things,
        the second of shape (batch,).
        masked: a second input, as wide as the output, that the output is multiplied with.
        like: the name of a class of the student's; the network is then an instance of a subclass,
        if it can be one, so that it has what the class has.
        A task that takes a network is asked with this one, so that a mistake in the student's own
        network is not charged twice.
        """

    @abstractmethod
    def temporary_path(self, name: str) -> str:
        """A path at which the student's code may write a file of this name."""

    @abstractmethod
    def move(self, path: str, other: str) -> bool:
        """Rename a file that the student's code wrote; False if there is none."""

    @abstractmethod
    def read_file(self, path: str) -> np.ndarray | None:
        """The bytes of a file, uint8; None if there is none.

        Raises StudentError if it is larger than a saved agent may be.
        """

    @abstractmethod
    def write_file(self, name: str, content: np.ndarray) -> str:
        """Write bytes, uint8, into a temporary file of this name; returns its path."""

    @abstractmethod
    def load_checkpoint(self, path: str) -> Any:
        """What the framework reads from a file, without any of the student's functions."""

    @abstractmethod
    def fresh(self) -> AbstractContextManager[Student]:
        """The same answers in a process that knows nothing of this one.

        In a notebook there is only the notebook's own process.
        """
