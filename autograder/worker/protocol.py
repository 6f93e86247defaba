"""The language of the pipe: a fixed header, size-capped JSON, raw arrays. No pickle of any kind.

A frame is a header (magic, sequence number, kind, length of the JSON, length of the arrays), the
JSON, and the bytes of the arrays one after the other. Dtype and shape of each array stand in the
JSON; the lengths must fit exactly. What does not fit raises ProtocolError.

Each request has a sequence number and gets one reply with the same number. The agent's steps have
a lean form of their own, whose reply has a size known beforehand: the worker is told once, when an
agent begins, of what kind its observations and actions are.

This file runs on both sides of the border.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from autograder.worker.rows import RowFormat, StepFormat
from helpers.agents import Transition

HEADER = struct.Struct("<4sIIIQ")  # magic, sequence, kind, JSON bytes, array bytes
MAGIC = b"RLG1"
#: Bytes taken out of the pipe at once: what it holds.
READ_CHUNK = 1 << 16
MAX_JSON = 1 << 20
MAX_ARRAYS = 16 << 20
MAX_DEPTH = 12
MAX_DIMENSIONS = 8
DTYPES = {
    name: np.dtype(name)
    for name in (
        "<f2",
        "<f4",
        "<f8",
        "<i1",
        "<i2",
        "<i4",
        "<i8",
        "|i1",
        "|u1",
        "|b1",
        "<u2",
        "<u4",
        "<u8",
    )
}

STEP = struct.Struct("<6I")  # agent, rows to learn, rows; does it start, act, explore?
FLOAT, FLAG, NUMBER = RowFormat("<f4", ()), RowFormat("|b1", ()), RowFormat("<i8", ())


class Kind(IntEnum):
    """What a frame is."""

    REQUEST = 1
    REPLY = 2
    ERROR = 3
    STEP = 4
    ACTIONS = 5


class ProtocolError(Exception):
    """The other side broke the protocol."""


#: By number: quicker than asking the class in every step.
KINDS = {int(kind): kind for kind in Kind}


class Frame(NamedTuple):
    """One message."""

    sequence: int
    kind: Kind
    json: bytes | bytearray
    arrays: bytes | bytearray

    def encoded(self) -> bytes:
        """The bytes of the frame."""
        header = HEADER.pack(MAGIC, self.sequence, self.kind, len(self.json), len(self.arrays))
        return b"".join((header, self.json, self.arrays))


class FrameReader:
    """Cuts a stream into frames. Most come in one piece, which is then not copied together."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        """receive: waits for the next bytes, at least one."""
        self._receive = receive
        self._left: bytes | bytearray = b""

    @property
    def holds_more(self) -> bool:
        """Whether something has come after the last frame."""
        return bool(self._left)

    def read(self) -> Frame:
        """The next frame. Raises ProtocolError before more is read than one may be long."""
        data = self._left or self._receive()
        while len(data) < HEADER.size:
            data += self._receive()
        magic, sequence, number, json_length, arrays_length = HEADER.unpack_from(data)
        kind = KINDS.get(number)
        if magic != MAGIC or kind is None:
            raise ProtocolError("a message does not begin with a header")
        if json_length > MAX_JSON or arrays_length > MAX_ARRAYS:
            raise ProtocolError("a message is larger than allowed")
        start = HEADER.size + json_length
        end = start + arrays_length
        if len(data) < end:
            data = bytearray(data)
            while len(data) < end:
                data += self._receive()
        self._left = data[end:]
        return Frame(sequence, kind, data[HEADER.size : start], data[start:end])


def encode(value: Any, to_tree: Callable[[Any], Any | None]) -> tuple[bytes, bytes]:
    """A plain value as JSON and array bytes.

    to_tree: turns what only one side knows (objects, tensors) into a plain value tagged by a
    single key, or returns None. Raises ProtocolError for what cannot cross or is too large.
    """
    arrays: list[np.ndarray] = []
    described: list[list[Any]] = []

    def tree(item: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ProtocolError("a value is nested too deeply")
        if item is None or isinstance(item, (bool, str)):
            return item
        if isinstance(item, int):
            if abs(item) >= 2**63:
                raise ProtocolError("an integer is too large")
            return item
        if isinstance(item, float):
            return item if math.isfinite(item) else {"float": repr(float(item))}
        if isinstance(item, np.ndarray):
            arrays.append(_as_it_crosses(item))
            described.append([arrays[-1].dtype.str, list(item.shape)])
            return {"array": len(arrays) - 1}
        if isinstance(item, Transition):
            return {"transition": [tree(part, depth + 1) for part in item]}
        if isinstance(item, (list, tuple)):
            return [tree(part, depth + 1) for part in item]
        if isinstance(item, dict):
            return {"map": [[str(key), tree(part, depth + 1)] for key, part in item.items()]}
        replaced = to_tree(item)
        if replaced is None:
            raise ProtocolError(f"a {type(item).__name__} cannot cross the border")
        ((key, part),) = replaced.items()
        return {key: tree(part, depth + 1)}

    root = tree(value, 0)
    message = {"value": root, "arrays": described}
    text = json.dumps(message, allow_nan=False, ensure_ascii=False).encode("utf-8", "replace")
    blob = b"".join(array.tobytes() for array in arrays)
    if len(text) > MAX_JSON or len(blob) > MAX_ARRAYS:
        raise ProtocolError("a value is too large to cross the border")
    return text, blob


def _as_it_crosses(array: np.ndarray) -> np.ndarray:
    """The same numbers row by row, in the usual byte order, with at most 8 bytes each."""
    too_wide = array.dtype.kind == "f" and array.dtype.itemsize > 8
    dtype = np.dtype("<f8") if too_wide else array.dtype.newbyteorder("<")
    return np.ascontiguousarray(array, dtype=dtype)


def decode(
    text: bytes | bytearray, blob: bytes | bytearray, from_tree: Callable[[str, Any], Any]
) -> Any:
    """The value of a frame. from_tree(key, value) makes what `to_tree` replaced.

    Raises ProtocolError for anything malformed.
    """
    try:
        message = json.loads(text, parse_constant=_refuse)
        arrays = iter(enumerate(_arrays(message["arrays"], blob)))
        value = _value(message["value"], arrays, from_tree, 0)
        if next(arrays, None) is not None:
            raise ProtocolError("an array that nothing refers to")
        return value
    except ProtocolError:
        raise
    except (ValueError, LookupError, TypeError, RecursionError, OverflowError) as error:
        raise ProtocolError(f"a malformed message ({type(error).__name__})") from error


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _arrays(described: Any, blob: bytes | bytearray) -> list[np.ndarray]:
    if type(described) is not list:
        raise ProtocolError("the arrays are not a list")
    arrays = []
    start = 0
    for item in described:
        name, shape = item
        if type(name) is not str or name not in DTYPES or type(shape) is not list:
            raise ProtocolError("an array of unknown type")
        if len(shape) > MAX_DIMENSIONS:
            raise ProtocolError("an array of too many dimensions")
        if any(type(size) is not int or not 0 <= size <= MAX_ARRAYS for size in shape):
            raise ProtocolError("an array of impossible shape")
        length = math.prod(shape) * DTYPES[name].itemsize
        if length > len(blob) - start:
            raise ProtocolError("an array is longer than its message")
        flat = np.frombuffer(blob, DTYPES[name], math.prod(shape), start)
        arrays.append(flat.reshape(shape).copy())
        start += length
    if start != len(blob):
        raise ProtocolError("a message is longer than its arrays")
    return arrays


def _value(
    item: Any,
    arrays: Iterator[tuple[int, np.ndarray]],
    from_tree: Callable[[str, Any], Any],
    depth: int,
) -> Any:
    if depth > 2 * MAX_DEPTH:
        raise ProtocolError("a value is nested too deeply")
    if type(item) is str:
        return _text(item)
    if item is None or type(item) in (bool, int, float):
        return item
    if type(item) is list:
        return [_value(part, arrays, from_tree, depth + 1) for part in item]
    if type(item) is not dict or len(item) != 1:
        raise ProtocolError("a value of unknown form")
    ((key, part),) = item.items()
    if key == "array":
        # Each once and in order: a thousand references to one array would fill the memory of
        # whoever makes one array of them.
        number, array = next(arrays, (-1, None))
        if type(part) is not int or part != number or array is None:
            raise ProtocolError("an array that is not there")
        return array
    if key == "float":
        if part not in ("nan", "inf", "-inf"):
            raise ProtocolError("a number that is none")
        return float(part)
    if key == "map":
        return {_text(name): _value(value, arrays, from_tree, depth + 1) for name, value in part}
    inner = _value(part, arrays, from_tree, depth + 1)
    if key == "transition":
        return Transition(*inner)
    return from_tree(key, inner)


def _text(item: Any) -> str:
    """A text without lone surrogates, which no file and no page could hold."""
    if type(item) is not str:
        raise ProtocolError("a name that is no text")
    return item if item.isascii() else item.encode("utf-8", "replace").decode("utf-8")


class Step(NamedTuple):
    """The lean request, in this order: learn, start a batch of episodes, act.

    learned: a step to learn from, or None. observation: (n, ...) rows, of which episodes start,
    on which the agent acts, or both. explore: whether it acts so.
    """

    agent: int
    learned: Transition | None
    observation: np.ndarray
    starts: bool
    acts: bool
    explore: bool


def transition_formats(form: StepFormat) -> tuple[RowFormat, ...]:
    """The kinds of rows of a Transition, in its order."""
    return (form.observation, form.action, FLOAT, form.observation, FLAG, FLAG, NUMBER)


def encode_step(step: Step, form: StepFormat) -> bytes:
    """The bytes of a lean request. Raises ProtocolError for rows that are not of this form."""
    learned, observation = step.learned, step.observation
    learn = 0 if learned is None else len(learned.action)
    parts = [STEP.pack(step.agent, learn, len(observation), step.starts, step.acts, step.explore)]
    if learned is not None:
        parts += [
            _row_bytes(array, learn, row)
            for array, row in zip(learned, transition_formats(form), strict=True)
        ]
    parts.append(_row_bytes(observation, len(observation), form.observation))
    return b"".join(parts)


def _row_bytes(array: np.ndarray, rows: int, form: RowFormat) -> bytes:
    if array.shape != (rows, *form.shape):
        raise ProtocolError(f"rows of shape {array.shape[1:]} instead of {form.shape}")
    return np.asarray(array, form.dtype).tobytes()


def decode_step(blob: bytes | bytearray, forms: Mapping[int, StepFormat]) -> Step:
    """The lean request of these bytes; its arrays are views of them.

    forms: of what kind the rows of each agent are. Raises ProtocolError if the sizes do not fit.
    """
    try:
        return _step(blob, forms)
    except (struct.error, LookupError, ValueError, OverflowError, MemoryError, TypeError) as error:
        raise ProtocolError(f"a malformed step ({type(error).__name__})") from error


def _step(blob: bytes | bytearray, forms: Mapping[int, StepFormat]) -> Step:
    agent, learn, rows, starts, acts, explore = STEP.unpack_from(blob)
    form = forms[agent]
    start = STEP.size

    def take(rows: int, row: RowFormat) -> np.ndarray:
        nonlocal start
        array: np.ndarray = np.ndarray((rows, *row.shape), row.dtype, blob, start)
        start += array.nbytes
        return array

    learned = None
    if learn:
        learned = Transition(*(take(learn, row) for row in transition_formats(form)))
    observation = take(rows, form.observation)
    if start != len(blob):
        raise ProtocolError("a step is longer than its arrays")
    return Step(agent, learned, observation, bool(starts), bool(acts), bool(explore))
