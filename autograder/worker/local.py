"""The student's code in this very process: the notebook's `check(...)`, and the sandbox's inside.

This file runs inside the sandbox. It must import nothing of the grader but its neighbours.
"""

from __future__ import annotations

import dis
import enum
import importlib
import os
import random
import tempfile
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from autograder.worker.doubles import Double, Heads, Replacements
from autograder.worker.frameworks import Framework, framework_named
from autograder.worker.interface import (
    Gradients,
    Layer,
    MethodCall,
    NotSolved,
    PassedOn,
    Returned,
    Rule,
    Scaled,
    Student,
    StudentError,
    StudentObject,
    Tensor,
)
from autograder.worker.rows import StepFormat, action_rows, weight_arrays
from autograder.worker.rules import Behaviour, Side
from helpers.agents import AbstractAgent, Transition

#: Bytes of a file that are read: an agent's weights are far smaller.
MAX_FILE = 8 << 20
#: What the training loop calls.
AGENT_METHODS = ("start_episode", "act", "train", "get_weights", "set_weights")
#: How deep lists within lists are looked into before they count as an object.
MAX_DEPTH = 6


class LocalStudent(Student):
    """A namespace of the student's classes and functions."""

    def __init__(self, namespace: Mapping[str, Any], framework: str | None) -> None:
        self.namespace = namespace
        self.framework = framework
        self._framework: Framework = framework_named(framework)
        self._objects: dict[int, Any] = {}
        self._replacements = Replacements(namespace)
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def call(self, target: str | StudentObject, *arguments: Any, **keywords: Any) -> Any:
        function = self._target(target)
        made = self._run(function, self._take_all(arguments), self._take_map(keywords))
        if type(made) is function:
            return self._hold(made)  # an instance of the student's class, though it is a list, too
        return self._give(made)

    def map_rows(self, target: str | StudentObject, rows: np.ndarray) -> list[Any]:
        function = self._target(target)
        return self._give(self._run(lambda: [function(row) for row in rows.copy()]))

    def make_helper(self, name: str, *arguments: Any) -> StudentObject:
        module, _, kind = name.rpartition(".")
        made = getattr(importlib.import_module(f"helpers.{module}"), kind)
        return self._hold(self._run(made, self._take_all(arguments)))

    def call_method(
        self, target: StudentObject, method: str, *arguments: Any, **keywords: Any
    ) -> Any:
        function = self._run(lambda: _reach(self._objects[target.number], method))
        return self._give(self._run(function, self._take_all(arguments), self._take_map(keywords)))

    def call_many(self, target: StudentObject, calls: Sequence[MethodCall]) -> list[Any]:
        return [self.call_method(target, method, *arguments) for method, arguments in calls]

    def get(self, target: StudentObject, attribute: str) -> Any:
        return self._give(self._run(lambda: _reach(self._objects[target.number], attribute)))

    def set(self, target: StudentObject, attribute: str, value: Any) -> None:
        owner, _, name = attribute.rpartition(".")

        def write() -> None:
            held = self._objects[target.number]
            setattr(_reach(held, owner) if owner else held, name, self._take(value))

        self._run(write)

    def put(self, value: Any) -> StudentObject:
        return self._hold(self._take(value))

    def call_ref(
        self, target: str | StudentObject, *arguments: Any, output: int | None = None
    ) -> StudentObject:
        function = self._target(target)
        given = self._take_all(arguments)
        return self._hold(self._run(lambda: _pick(function(*given), output)))

    def fetch(self, target: StudentObject) -> Any:
        return self._give(self._objects[target.number])

    def same(self, first: StudentObject, second: StudentObject) -> bool:
        return self._objects[first.number] is self._objects[second.number]

    def parameters(self, target: StudentObject) -> dict[str, np.ndarray]:
        return self._run(lambda: self._framework.parameters(self._objects[target.number]))

    def set_parameters(self, target: StudentObject, parameters: dict[str, np.ndarray]) -> None:
        network = self._objects[target.number]
        self._run(lambda: self._framework.set_parameters(network, parameters))

    def gradients(
        self,
        target: str | StudentObject,
        *arguments: Any,
        network: StudentObject | None = None,
        output: int | None = None,
        weights: np.ndarray | None = None,
    ) -> Gradients:
        function = self._target(target)
        held = None if network is None else self._objects[network.number]

        def value(given: list[Any]) -> Any:
            result = _pick(function(*given), output)
            return result if weights is None else self._framework.weighted_sum(result, weights)

        def differentiate() -> Gradients:
            return self._framework.gradients(
                value,
                [
                    argument if isinstance(argument, Tensor) else self._take(argument)
                    for argument in arguments
                ],
                held,
            )

        found = self._run(differentiate)
        return Gradients(self._give(found.value), found.arguments, found.parameters)

    def double(self, name: str, parameters: tuple[str, ...], rule: Rule) -> StudentObject:
        original = self.namespace.get(name)
        answer, as_written = self._answer(rule), self._framework.as_written
        double = Double(parameters, answer, self._snapshot, original, as_written)
        self._replacements.put(name, double)
        return self._hold(double)

    def restore(self) -> None:
        self._replacements.restore()

    def linear(
        self, network: StudentObject, directions: Sequence[dict[str, np.ndarray]]
    ) -> StudentObject:
        held = self._objects[network.number]
        return self._hold(Heads(self._run(lambda: self._framework.linear(held, directions))))

    def plain_optimizer(self, optimizer: StudentObject, learning_rate: float) -> StudentObject:
        held = self._objects[optimizer.number]
        return self._hold(self._run(lambda: self._framework.plain_optimizer(held, learning_rate)))

    def agent(self, made: StudentObject, form: StepFormat) -> LocalAgent:
        agent = self._objects[made.number]
        if isinstance(agent, type):
            name = agent.__name__
            raise StudentError("TypeError", f"{name} is the class itself: make one, {name}(...)")
        if not all(callable(getattr(agent, method, None)) for method in AGENT_METHODS):
            raise StudentError("TypeError", f"a {made.kind} is no AbstractAgent")
        return LocalAgent(self, made, form)

    def seed(self, seed: int) -> None:
        random.seed(seed)
        np.random.seed(seed % 2**32)
        self._framework.seed(seed)

    def network(
        self,
        layers: list[Layer],
        softmax: bool = False,
        critic: Layer | None = None,
        masked: bool = False,
        like: str | None = None,
    ) -> StudentObject:
        network = self._framework.network(layers, softmax, critic, masked)
        return self._hold(self._framework.network_like(self.namespace.get(like or ""), network))

    def temporary_path(self, name: str) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="autograder-")  # removed with us
        return str(Path(self._folder.name) / name)

    def move(self, path: str, other: str) -> bool:
        try:
            os.replace(path, other)
        except OSError:
            return False
        return True

    def read_file(self, path: str) -> np.ndarray | None:
        try:
            size = os.path.getsize(path)
            if size > MAX_FILE:
                raise StudentError("OSError", f"{size} bytes are more than the {MAX_FILE} allowed")
            return np.frombuffer(Path(path).read_bytes(), np.uint8)
        except OSError:
            return None

    def write_file(self, name: str, content: np.ndarray) -> str:
        path = self.temporary_path(name)
        Path(path).write_bytes(content.tobytes())
        return path

    def load_checkpoint(self, path: str) -> Any:
        return self._give(self._run(lambda: self._framework.load_checkpoint(path)))

    @contextmanager
    def fresh(self) -> Iterator[Student]:
        yield self

    def object(self, number: int) -> Any:
        """The object behind a number. Raises KeyError if there is none."""
        return self._objects[number]

    def _target(self, target: str | StudentObject) -> Callable[..., Any]:
        if isinstance(target, StudentObject):
            return self._objects[target.number]
        if target not in self.namespace:
            raise NotSolved("NameError", f"{target} is not defined: run or repair its cell first")
        return self.namespace[target]

    def _run(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...] = (),
        keywords: dict[str, Any] | None = None,
    ) -> Any:
        """Call something of the student's; whatever it raises becomes a StudentError."""
        try:
            return function(*arguments, **(keywords or {}))
        except (StudentError, KeyboardInterrupt):
            raise
        except BaseException as error:
            if isinstance(error, NotImplementedError) and marks_a_gap(error):
                raise NotSolved("NotImplementedError", str(error), _where(error)) from error
            raise StudentError(_class_name(error), _text(error), _where(error)) from error

    def _take_all(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(self._take(argument) for argument in arguments)

    def _take_map(self, keywords: dict[str, Any]) -> dict[str, Any]:
        return {name: self._take(value) for name, value in keywords.items()}

    def _answer(self, rule: Rule) -> Callable[[int, Sequence[Any]], Any]:
        """The function behind a double."""
        if isinstance(rule, Behaviour):
            side = Side(self._framework, self.namespace)
            return lambda call, arguments: rule.answer(side, call, arguments)
        if isinstance(rule, Returned):
            results = rule.results
            return lambda call, _: self._take(results[min(call, len(results) - 1)])
        if isinstance(rule, PassedOn):
            return lambda _, arguments: self._framework.floats(arguments[rule.argument])

        def sums(_: int, arguments: Sequence[Any]) -> Any:
            found = tuple(
                self._framework.weighted_sum(arguments[number], weights)
                for number, weights in rule.pairs
            )
            return found[0] if len(found) == 1 else found

        return sums

    def _snapshot(self, value: Any) -> tuple[Any, bool]:
        """A copy of plain values, and whether a tensor carries a gradient."""
        if self._framework.is_tensor(value):
            if not self._framework.is_known(value):
                return value, True
            return self._framework.array(value), self._framework.tracks_gradient(value)
        if isinstance(value, (np.ndarray, list, deque)):
            return value.copy(), False
        return value, False

    def _take(self, value: Any) -> Any:
        """A value of the checks as the student's code receives it; arrays are copies."""
        if isinstance(value, Tensor):
            return self._framework.tensor(value.array)
        if isinstance(value, Scaled):
            return self._framework.scaled(
                self._objects[value.value.number].take(value.head), value.scales
            )
        if isinstance(value, StudentObject):
            return self._objects[value.number]
        if isinstance(value, np.ndarray):
            return value.copy()
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self._take, value))
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._take, value))
        if isinstance(value, dict):
            return {name: self._take(item) for name, item in value.items()}
        return value

    def _give(self, value: Any, depth: int = 0) -> Any:
        """A value of the student's as the checks receive it: plain, or an object's number."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, enum.Enum) and isinstance(value, int):
            return int(value)  # a number with a name
        if self._framework.is_tensor(value):
            return self._run(lambda: self._framework.array(value))
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            return np.array(value, subok=False)
        if isinstance(value, np.generic) and value.dtype.kind in "fiub":
            return np.array(value)
        if isinstance(value, (list, tuple, deque)) and depth < MAX_DEPTH:
            return [self._give(item, depth + 1) for item in value]
        if type(value) is dict and depth < MAX_DEPTH and all(type(key) is str for key in value):
            return {key: self._give(item, depth + 1) for key, item in value.items()}
        return self._hold(value)

    def _hold(self, value: Any) -> StudentObject:
        number = len(self._objects)
        self._objects[number] = value
        return StudentObject(self, number, _class_name(value))


class LocalAgent(AbstractAgent):
    """The student's agent as the training loop sees it: it is given copies, returns valid rows."""

    def __init__(self, student: LocalStudent, made: StudentObject, form: StepFormat) -> None:
        self.made = made
        self.form = form
        self._student = student
        self._agent = student.object(made.number)

    def start_episode(self, observation: np.ndarray) -> None:
        self._student._run(self._agent.start_episode, (observation.copy(),))

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        run = self._student._run
        chosen = run(self._agent.act, (observation.copy(),), {"explore": explore})
        return run(action_rows, (chosen, len(observation), self.form.action))

    def train(self, transition: Transition) -> None:
        self._student._run(self._agent.train, (Transition(*(part.copy() for part in transition)),))

    def get_weights(self) -> list[np.ndarray]:
        weights = self._student.call_method(self.made, "get_weights")
        return self._student._run(weight_arrays, (weights,))

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self._student.call_method(self.made, "set_weights", weights)


def _pick(result: Any, output: int | None) -> Any:
    return result if output is None else result[output]


def _reach(owner: Any, attribute: str) -> Any:
    for name in attribute.split("."):
        owner = getattr(owner, name)
    return owner


def _class_name(value: object) -> str:
    return str(type(value).__name__)[:100]


def _text(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:
        return "(the exception has no readable message)"


def marks_a_gap(error: NotImplementedError) -> bool:
    """Whether the line that marks a gap raised it: PyTorch raises the same class for other reasons.

    AutoGraph raises a copy of it from its own files, whose text holds the line.
    """
    innermost = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    if innermost is None:
        return False
    code = innermost.tb_frame.f_code
    is_raised = dis.opname[code.co_code[innermost.tb_lasti]] == "RAISE_VARARGS"  # not by C code
    is_library = "site-packages" in code.co_filename or "dist-packages" in code.co_filename
    return is_raised and (not is_library or "raise NotImplementedError" in _text(error))


def _where(error: BaseException) -> str:
    """The innermost line of the student's own code, as `line N: source`."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        name = frame.filename
        if name.startswith("<") or "ipykernel" in name or "ipython-input" in name:
            source = (frame.line or "").strip()
            return f"line {frame.lineno} of {frame.name}: {source}"[:300]
    return ""
