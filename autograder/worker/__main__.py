"""The inside of the sandbox: runs the student's cells and answers questions about them.

Started as a script. Requests come in on file descriptor 3, replies go out on 4; standard output
and error belong to the student. Nothing that this process says is trusted by the other side.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any, TextIO

sys.path[0] = str(Path(__file__).resolve().parents[2])

import numpy as np  # noqa: E402

from autograder.worker import silent_check  # noqa: E402
from autograder.worker.interface import (  # noqa: E402
    NotSolved,
    PassedOn,
    Returned,
    Scaled,
    StudentError,
    StudentObject,
    Tensor,
    WeightedSums,
)
from autograder.worker.local import LocalAgent, LocalStudent  # noqa: E402
from autograder.worker.protocol import (  # noqa: E402
    READ_CHUNK,
    Frame,
    FrameReader,
    Kind,
    ProtocolError,
    decode,
    decode_step,
    encode,
)
from autograder.worker.rows import RowFormat, StepFormat  # noqa: E402
from autograder.worker.rules import RULES  # noqa: E402
from autograder.worker.shell import start_shell  # noqa: E402

REQUESTS, REPLIES = 3, 4
#: Characters that print and warnings may send out; what comes later is dropped. Code that trains
#: prints in every step when its author looks for a mistake, and that costs no mark. Four bytes a
#: character stay below the grader's own limit on output, which ends what goes around this one.
MAX_PRINTED_CHARS = 400_000


class CappedStream(io.TextIOBase):
    """A text stream that drops what exceeds an allowance."""

    def __init__(self, stream: TextIO, allowance: list[int]) -> None:
        self._stream = stream
        self._allowance = allowance  # of characters, shared with other streams

    def write(self, text: str) -> int:
        """Pass on what the allowance covers."""
        (left,) = self._allowance
        if left > 0:
            self._allowance[0] = left - len(text)
            self._stream.write(text[:left])
        return len(text)

    def flush(self) -> None:
        """Pass on what is still held back."""
        self._stream.flush()

    def fileno(self) -> int:
        """The descriptor below."""
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The stream's own."""
        return self._stream.encoding

    def writable(self) -> bool:
        """Yes."""
        return True


class Worker:
    """Answers one request after the other until the pipe is closed."""

    def __init__(self) -> None:
        self.shell: Any = None
        self.student: LocalStudent | None = None
        self.agents: dict[int, LocalAgent] = {}
        self.forms: dict[int, StepFormat] = {}

    def serve(self) -> None:
        """Read, answer, repeat."""
        frames = FrameReader(_receive)
        while True:
            frame = frames.read()
            reply = self._step(frame) if frame.kind is Kind.STEP else self._request(frame)
            _write(reply.encoded())

    def _request(self, frame: Frame) -> Frame:
        try:
            operation, arguments = decode(frame.json, frame.arrays, self._from_tree)
            value = getattr(self, f"do_{operation}")(*arguments)
            return Frame(frame.sequence, Kind.REPLY, *encode(value, _to_tree))
        except StudentError as error:
            return _error(frame.sequence, error)
        except ProtocolError as error:
            return _error(frame.sequence, StudentError("ValueError", str(error)))

    def _step(self, frame: Frame) -> Frame:
        step = decode_step(frame.arrays, self.forms)
        agent = self.agents[step.agent]
        try:
            if step.learned is not None:
                agent.train(step.learned)
            if step.starts:
                agent.start_episode(step.observation)
            if not step.acts:
                return Frame(frame.sequence, Kind.ACTIONS, b"", b"")
            actions = agent.act(step.observation, step.explore)
        except StudentError as error:
            return _error(frame.sequence, error)
        return Frame(frame.sequence, Kind.ACTIONS, b"", actions.tobytes())

    def do_cell(self, source: str) -> dict[str, Any] | None:
        """Run one cell in IPython; None, or the exception that ended it."""
        if self.shell is None:
            self.shell = start_shell(sys.modules["__main__"])
            # A module that a cell writes can be imported, as in a notebook; it hides none of ours.
            sys.path.append(os.getcwd())
        result = self.shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return None
        return {"kind": type(error).__name__[:100], "message": str(error)[:2000]}

    def do_begin(self, framework: str | None) -> None:
        """Start answering questions about what the cells have defined."""
        namespace = {} if self.shell is None else self.shell.user_ns
        try:
            self.student = LocalStudent(namespace, framework)
        except ImportError as error:
            raise StudentError("ImportError", str(error)) from error

    def do_agent(self, made: StudentObject, observation: list[Any], action: list[Any]) -> None:
        """An agent begins: steps will be asked of it, of rows of these kinds."""
        form = StepFormat(*(RowFormat(name, tuple(shape)) for name, shape in (observation, action)))
        self.agents[made.number] = self._asked.agent(made, form)
        self.forms[made.number] = form

    def do_get_weights(self, agent: StudentObject) -> Any:
        """Copies of the deciding network's weights."""
        return self.agents[agent.number].get_weights()

    def do_set_weights(self, agent: StudentObject, weights: list[np.ndarray]) -> None:
        """Put weights back into the deciding network."""
        self.agents[agent.number].set_weights(weights)

    def do_call(self, target: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Call a name or an object."""
        return self._asked.call(target, *arguments, **keywords)

    def do_map_rows(self, target: Any, rows: np.ndarray) -> list[Any]:
        """Call for each row."""
        return self._asked.map_rows(target, rows)

    def do_make_helper(self, name: str, arguments: list[Any]) -> StudentObject:
        """Make something of the course's own."""
        return self._asked.make_helper(name, *arguments)

    def do_call_method(
        self, target: StudentObject, method: str, arguments: list[Any], keywords: dict[str, Any]
    ) -> Any:
        """Call a method."""
        return self._asked.call_method(target, method, *arguments, **keywords)

    def do_call_many(self, target: StudentObject, calls: list[Any]) -> list[Any]:
        """Call methods, one after the other."""
        return self._asked.call_many(target, calls)

    def do_get(self, target: StudentObject, attribute: str) -> Any:
        """Read an attribute."""
        return self._asked.get(target, attribute)

    def do_set(self, target: StudentObject, attribute: str, value: Any) -> None:
        """Write an attribute."""
        self._asked.set(target, attribute, value)

    def do_put(self, value: Any) -> StudentObject:
        """Keep a value here."""
        return self._asked.put(value)

    def do_call_ref(self, target: Any, arguments: list[Any], output: int | None) -> StudentObject:
        """Call, and keep the result here."""
        return self._asked.call_ref(target, *arguments, output=output)

    def do_fetch(self, target: StudentObject) -> Any:
        """Read a kept value."""
        return self._asked.fetch(target)

    def do_same(self, first: StudentObject, second: StudentObject) -> bool:
        """Whether two objects are one."""
        return self._asked.same(first, second)

    def do_parameters(self, target: StudentObject) -> Any:
        """Copies of a network's parameters."""
        return self._asked.parameters(target)

    def do_set_parameters(self, target: StudentObject, parameters: dict[str, np.ndarray]) -> None:
        """Write a network's parameters."""
        self._asked.set_parameters(target, parameters)

    def do_gradients(
        self,
        target: Any,
        arguments: list[Any],
        network: StudentObject | None,
        output: int | None,
        weights: np.ndarray | None,
    ) -> list[Any]:
        """Differentiate."""
        found = self._asked.gradients(
            target, *arguments, network=network, output=output, weights=weights
        )
        return [found.value, list(found.arguments), found.parameters]

    def do_double(self, name: str, parameters: list[str], rule: Any) -> StudentObject:
        """Put a double in the place of a function."""
        return self._asked.double(name, tuple(parameters), rule)

    def do_restore(self) -> None:
        """Take all doubles away."""
        self._asked.restore()

    def do_linear(
        self, network: StudentObject, directions: list[dict[str, np.ndarray]]
    ) -> StudentObject:
        """Make values that are linear in a network's parameters."""
        return self._asked.linear(network, directions)

    def do_plain_optimizer(self, optimizer: StudentObject, learning_rate: float) -> StudentObject:
        """Make an optimizer of the checks' own."""
        return self._asked.plain_optimizer(optimizer, learning_rate)

    def do_seed(self, seed: int) -> None:
        """Seed every source of random numbers."""
        self._asked.seed(seed)

    def do_network(
        self,
        layers: list[list[np.ndarray]],
        softmax: bool,
        critic: list[np.ndarray] | None,
        masked: bool,
        like: str | None,
    ) -> StudentObject:
        """Make a network of the checks' own."""
        head = None if critic is None else (critic[0], critic[1])
        given = [(weight, bias) for weight, bias in layers]
        return self._asked.network(given, softmax, head, masked, like)

    def do_temporary_path(self, name: str) -> str:
        """Where the student's code may write."""
        return self._asked.temporary_path(name)

    def do_move(self, path: str, other: str) -> bool:
        """Rename a file."""
        return self._asked.move(path, other)

    def do_read_file(self, path: str) -> np.ndarray | None:
        """The bytes of a file."""
        return self._asked.read_file(path)

    def do_write_file(self, name: str, content: np.ndarray) -> str:
        """Write bytes into a temporary file."""
        return self._asked.write_file(name, content)

    def do_load_checkpoint(self, path: str) -> Any:
        """Read a file of the framework's."""
        return self._asked.load_checkpoint(path)

    @property
    def _asked(self) -> LocalStudent:
        if self.student is None:
            raise StudentError("RuntimeError", "asked before the cells were run")
        return self.student

    def _from_tree(self, key: str, value: Any) -> Any:
        if key == "tensor":
            return Tensor(value)
        if key == "object":
            return StudentObject(self._asked, *value)
        if key == "scaled":
            return Scaled(*value)
        if key == "returned":
            return Returned(tuple(value))
        if key == "passed_on":
            return PassedOn(value)
        if key == "weighted_sums":
            return WeightedSums(tuple((number, weights) for number, weights in value))
        if key == "rule":
            name, *fields = value
            return RULES[name](*fields)
        raise ProtocolError(f"a value of unknown form {key!r}")


def _to_tree(value: Any) -> Any | None:
    if isinstance(value, StudentObject):
        return {"object": [value.number, value.kind]}
    return None


def _error(sequence: int, error: StudentError) -> Frame:
    description = {
        "kind": error.kind,
        "message": error.message,
        "where": error.where,
        "not_solved": isinstance(error, NotSolved),
    }
    return Frame(sequence, Kind.ERROR, *encode(description, _to_tree))


def _receive() -> bytes:
    piece = os.read(REQUESTS, READ_CHUNK)
    if not piece:
        os._exit(0)  # the grader has closed the pipe
    return piece


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(REPLIES, view) :]


if __name__ == "__main__":
    allowance = [MAX_PRINTED_CHARS]
    sys.stdout = CappedStream(sys.stdout, allowance)
    sys.stderr = CappedStream(sys.stderr, allowance)
    silent_check.install(sys.modules["autograder"])
    Worker().serve()
