"""The student's code behind the sandbox's border."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from autograder.sandbox.channel import Channel
from autograder.worker.interface import (
    Gradients,
    Layer,
    MethodCall,
    PassedOn,
    Returned,
    Rule,
    Scaled,
    Student,
    StudentError,
    StudentObject,
    Tensor,
    WeightedSums,
)
from autograder.worker.protocol import ProtocolError, Step, encode_step
from autograder.worker.rules import Behaviour, Term
from helpers.agents import AbstractAgent, Transition


class RemoteStudent(Student):
    """Asks the worker; the answers come back as plain values and arrays."""

    def __init__(
        self,
        channel: Channel,
        framework: str | None,
        start_fresh: Callable[[], AbstractContextManager[Student]] | None = None,
    ) -> None:
        """start_fresh: starts another worker with the same answers."""
        self.framework = framework
        self.channel = channel
        self._start_fresh = start_fresh
        self._restores = False
        self._written: tuple[int, dict[str, np.ndarray]] | None = None
        self._ask("begin", framework)

    def call(self, target: str | StudentObject, *arguments: Any, **keywords: Any) -> Any:
        return self._ask("call", target, list(arguments), keywords)

    def map_rows(self, target: str | StudentObject, rows: np.ndarray) -> list[Any]:
        found = self._ask("map_rows", target, rows)
        if type(found) is not list or len(found) != len(rows):
            raise ProtocolError("not one result for each row")
        return found

    def make_helper(self, name: str, *arguments: Any) -> StudentObject:
        return _expect_object(self._ask("make_helper", name, list(arguments)))

    def call_method(
        self, target: StudentObject, method: str, *arguments: Any, **keywords: Any
    ) -> Any:
        return self._ask("call_method", target, method, list(arguments), keywords)

    def call_many(self, target: StudentObject, calls: Sequence[MethodCall]) -> list[Any]:
        found = self._ask("call_many", target, calls)
        if type(found) is not list or len(found) != len(calls):
            raise ProtocolError("not one result for each call")
        return found

    def get(self, target: StudentObject, attribute: str) -> Any:
        return self._ask("get", target, attribute)

    def set(self, target: StudentObject, attribute: str, value: Any) -> None:
        self._ask("set", target, attribute, value)

    def put(self, value: Any) -> StudentObject:
        return _expect_object(self._ask("put", value))

    def call_ref(
        self, target: str | StudentObject, *arguments: Any, output: int | None = None
    ) -> StudentObject:
        return _expect_object(self._ask("call_ref", target, list(arguments), output))

    def fetch(self, target: StudentObject) -> Any:
        return self._ask("fetch", target)

    def same(self, first: StudentObject, second: StudentObject) -> bool:
        return self._ask("same", first, second) is True

    def parameters(self, target: StudentObject) -> dict[str, np.ndarray]:
        written, found = self._written, self._ask("parameters", target)
        if type(found) is not dict or any(
            not isinstance(value, np.ndarray) for value in found.values()
        ):
            raise ProtocolError("parameters that are no arrays")
        if written is not None and written[0] == target.number:
            _expect_kept(written[1], found)
        return found

    def set_parameters(self, target: StudentObject, parameters: dict[str, np.ndarray]) -> None:
        self._ask("set_parameters", target, parameters)
        self._written = target.number, parameters

    def gradients(
        self,
        target: str | StudentObject,
        *arguments: Any,
        network: StudentObject | None = None,
        output: int | None = None,
        weights: np.ndarray | None = None,
    ) -> Gradients:
        found = self._ask("gradients", target, list(arguments), network, output, weights)
        if type(found) is not list or len(found) != 3:
            raise ProtocolError("gradients of unknown form")
        value, by_argument, by_parameter = found
        if type(by_argument) is not list or type(by_parameter) is not dict:
            raise ProtocolError("gradients of unknown form")
        for item in (*by_argument, *by_parameter.values()):
            if item is not None and not isinstance(item, np.ndarray):
                raise ProtocolError("a gradient that is no array")
        given = [
            argument.array.shape
            for argument in arguments
            if isinstance(argument, Tensor) and argument.array.dtype.kind == "f"
        ]
        if len(given) != len(by_argument) or any(
            item is not None and item.shape != shape
            for item, shape in zip(by_argument, given, strict=True)
        ):
            raise ProtocolError("gradients of other shapes than what they belong to")
        return Gradients(value, tuple(by_argument), by_parameter)

    def double(self, name: str, parameters: tuple[str, ...], rule: Rule) -> StudentObject:
        return _expect_object(self._ask("double", name, list(parameters), rule))

    def restore(self) -> None:
        # Only worth a message to a worker that still answers.
        self._restores = True

    def linear(self, network: StudentObject, direction: dict[str, np.ndarray]) -> StudentObject:
        return _expect_object(self._ask("linear", network, direction))

    def plain_optimizer(self, optimizer: StudentObject, learning_rate: float) -> StudentObject:
        return _expect_object(self._ask("plain_optimizer", optimizer, learning_rate))

    def seed(self, seed: int) -> None:
        self._ask("seed", seed)

    def network(
        self,
        layers: list[Layer],
        softmax: bool = False,
        critic: Layer | None = None,
        masked: bool = False,
        like: str | None = None,
    ) -> StudentObject:
        given = [list(layer) for layer in layers]
        head = None if critic is None else list(critic)
        return _expect_object(self._ask("network", given, softmax, head, masked, like))

    def temporary_path(self, name: str) -> str:
        return str(self._ask("temporary_path", name))

    def move(self, path: str, other: str) -> bool:
        return self._ask("move", path, other) is True

    def read_file(self, path: str) -> np.ndarray | None:
        found = self._ask("read_file", path)
        if found is not None and (not isinstance(found, np.ndarray) or found.dtype != np.uint8):
            raise ProtocolError("a file that is no bytes")
        return found

    def write_file(self, name: str, content: np.ndarray) -> str:
        return str(self._ask("write_file", name, content))

    def fresh(self) -> AbstractContextManager[Student]:
        return nullcontext(self) if self._start_fresh is None else self._start_fresh()

    def _ask(self, operation: str, *arguments: Any) -> Any:
        self._written = None
        if self._restores:
            self._restores = False
            self.channel.ask(["restore", []], _to_tree, self._from_tree)
        return self.channel.ask([operation, list(arguments)], _to_tree, self._from_tree)

    def _from_tree(self, key: str, value: Any) -> Any:
        if key != "object" or type(value) is not list or len(value) != 2:
            raise ProtocolError("a value of unknown form")
        number, kind = value
        if type(number) is not int or not 0 <= number < 2**32 or type(kind) is not str:
            raise ProtocolError("an object of unknown form")
        return StudentObject(self, number, kind[:100])


class RemoteAgent(AbstractAgent):
    """The student's agent as the training loop sees it: actions come over the pipe.

    Learning from a step, the start of a batch and choosing the next actions travel in one message.
    """

    def __init__(self, student: RemoteStudent, agent: StudentObject, n_actions: int) -> None:
        self.student = student
        self.agent = agent
        self.n_actions = n_actions
        self._known = set(range(n_actions))
        self._learned: Transition | None = None
        self._started: np.ndarray | None = None  # after what is to be learned

    def start_episode(self, observation: np.ndarray) -> None:
        if self._started is not None:
            self._flush()
        self._started = observation

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """The student's actions, (n, width) to (n,) int64.

        Raises StudentError if the agent raises, ProtocolError if an action does not exist.
        """
        if self._started is not None and not np.array_equal(self._started, observation):
            self._flush()
        starts, learned = self._started is not None, self._learned
        self._started = self._learned = None
        step = Step(self.agent.number, learned, observation, starts, acts=True, explore=explore)
        reply = self.student.channel.step(encode_step(step), 8 * len(observation))
        actions = np.frombuffer(reply, "<i8")
        chosen = set(actions.tolist())  # quicker than two reductions of a short array
        if not chosen <= self._known:
            raise NoSuchAction(
                f"act returned {min(chosen)} to {max(chosen)}; "
                f"there are only the actions 0 to {self.n_actions - 1}"
            )
        return actions

    def train(self, transition: Transition) -> None:
        self._flush()
        self._learned = transition

    def get_weights(self) -> list[np.ndarray]:
        self._flush()
        found = self.student._ask("get_weights", self.agent)
        if type(found) is not list or any(not isinstance(item, np.ndarray) for item in found):
            raise ProtocolError("weights that are no arrays")
        return found

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self._flush()
        self.student._ask("set_weights", self.agent, weights)

    def _flush(self) -> None:
        """Hand over what is still to be learned, and what has started."""
        started, learned = self._started, self._learned
        self._started = self._learned = None
        if started is not None:
            observation = started
        elif learned is not None:
            observation = learned.observation[:0]
        else:
            return
        starts = started is not None
        step = Step(self.agent.number, learned, observation, starts, acts=False, explore=False)
        self.student.channel.step(encode_step(step), 0)


class NoSuchAction(Exception):
    """The agent chose an action that the environment does not have."""


def _to_tree(value: Any) -> Any | None:
    if isinstance(value, Tensor):
        return {"tensor": value.array}
    if isinstance(value, StudentObject):
        return {"object": [value.number, value.kind]}
    if isinstance(value, Scaled):
        return {"scaled": [value.value, value.scales]}
    if isinstance(value, Returned):
        return {"returned": list(value.results)}
    if isinstance(value, PassedOn):
        return {"passed_on": value.argument}
    if isinstance(value, WeightedSums):
        return {"weighted_sums": [list(pair) for pair in value.pairs]}
    if isinstance(value, (Behaviour, Term)):
        fields = (getattr(value, each.name) for each in dataclasses.fields(value))  # type: ignore[arg-type]
        return {"rule": [type(value).__name__, *fields]}
    return None


def _expect_kept(written: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> None:
    """Parameters that were just written are there.

    Otherwise a network without any could claim those that make its answers right.
    """
    for name, array in written.items():
        if name not in found or not np.array_equal(found[name], array):
            raise StudentError("ValueError", f"parameter {name} does not keep what is written")


def _expect_object(value: Any) -> StudentObject:
    if not isinstance(value, StudentObject):
        raise ProtocolError("an object was expected")
    return value
