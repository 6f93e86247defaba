"""Whatever a worker sends: an answer, or one of the errors that the grader knows; never another."""

from __future__ import annotations

import contextlib
import io
import json
import os
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.agents.evaluation import train_and_score
from autograder.agents.rejection import AgentRejected
from autograder.authoring.build import units_with_source
from autograder.checks import judge as judging
from autograder.course import Course
from autograder.results import TaskResult
from autograder.sandbox import channel as channels
from autograder.sandbox.channel import (
    Budget,
    Channel,
    OutOfTime,
    TimeLimit,
    TooMuchOutput,
    WorkerEnded,
)
from autograder.sandbox.remote_student import RemoteStudent
from autograder.worker.interface import StudentError, StudentObject
from autograder.worker.protocol import (
    DTYPES,
    HEADER,
    MAGIC,
    MAX_ARRAYS,
    MAX_JSON,
    STEP,
    Frame,
    FrameReader,
    Kind,
    ProtocolError,
    Step,
    decode,
    decode_step,
    encode,
    encode_step,
    transition_formats,
)
from autograder.worker.rows import RowFormat, StepFormat
from helpers.agents import Transition
from helpers.training import Training

THOUSANDS = settings(max_examples=2_000, deadline=None)
UNITS = units_with_source(Course.find())
#: What a submission may do to its own grading.
ENDS = (StudentError, ProtocolError, WorkerEnded, OutOfTime, TooMuchOutput)

texts = st.text(st.characters(codec=None), max_size=8) | st.sampled_from(
    ["array", "float", "map", "object", "tensor", "transition", "nan", "\ud800", "<f4", "|O", "f8"]
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(texts, inner, max_size=2)
        | st.fixed_dictionaries({"array": inner | st.integers(-1, 3)})
        | st.fixed_dictionaries({"map": st.lists(st.tuples(texts, inner).map(list), max_size=3)})
        | st.fixed_dictionaries({"object": st.tuples(st.integers(), texts).map(list) | inner})
        | st.fixed_dictionaries({"transition": st.lists(inner, max_size=8)})
    ),
    max_leaves=12,
)
described = st.lists(
    st.tuples(
        st.sampled_from([*DTYPES, "|O", "<c8", "<M8[s]", ""]) | trees,
        st.lists(st.integers(0, 5) | st.integers(-(2**65), 2**65), max_size=10) | trees,
    ).map(list),
    max_size=4,
)
messages = st.fixed_dictionaries({"value": trees, "arrays": described | trees}) | trees
blobs = st.binary(max_size=64)


class FakeSandbox:
    """Pipes, and a clock for the processor; the other side is played by a thread."""

    def __init__(self) -> None:
        self.requests, self.request_fd = os.pipe()
        self.reply_fd, self.replies = os.pipe()
        self.work = lambda: 0.0
        self.waits_for_a_core = False

    def is_runnable(self) -> bool:
        return self.waits_for_a_core

    def processor_seconds(self) -> float:
        return self.work()

    def exceeded_output(self) -> bool:
        return False

    def close(self) -> None:
        for descriptor in (self.requests, self.request_fd, self.reply_fd, self.replies):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def received_from(descriptor):
    def receive():
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            raise EOFError
        return piece

    return receive


class talking:
    """A channel to a worker that answers each request by what `answer(frame)` says: bytes.

    Or a pair of bytes and whether they are its last.
    """

    def __init__(self, answer):
        self.sandbox = FakeSandbox()
        self.answer = answer

    def __enter__(self) -> Channel:
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return Channel(self.sandbox, Budget(900, 3600, 120))

    def _serve(self):
        try:
            last = False
            frames = FrameReader(received_from(self.sandbox.requests))
            while not last:
                answer = self.answer(frames.read())
                data, last = answer if isinstance(answer, tuple) else (answer, False)
                view = memoryview(data)
                while view:
                    view = view[os.write(self.sandbox.replies, view) :]
        except (EOFError, OSError):
            pass
        finally:
            os.close(self.sandbox.replies)

    def __exit__(self, *error):
        os.close(self.sandbox.request_fd)
        os.close(self.sandbox.reply_fd)
        self.thread.join(10)
        os.close(self.sandbox.requests)
        assert not self.thread.is_alive()


def dumped(message) -> bytes:
    return json.dumps(message).encode("utf-8", "surrogatepass")


@pytest.mark.slow
@THOUSANDS
@given(
    blobs
    | st.tuples(
        st.sampled_from([MAGIC, b"RLG2"]),
        st.integers(0, 2**32 - 1),
        st.integers(0, 7),
        st.integers(0, 100) | st.sampled_from([MAX_JSON, MAX_JSON + 1, 2**32 - 1]),
        st.integers(0, 100) | st.sampled_from([MAX_ARRAYS, MAX_ARRAYS + 1, 2**64 - 1]),
        blobs,
    ).map(lambda parts: HEADER.pack(*parts[:5]) + parts[5]),
    st.integers(1, 200),
)
def test_any_bytes_are_a_frame_or_a_protocol_error(data, size):
    file = io.BytesIO(data)

    def receive():
        piece = file.read(size)
        if not piece:
            raise WorkerEnded
        return piece

    frames = FrameReader(receive)
    try:
        frame = frames.read()
    except (ProtocolError, WorkerEnded):
        return
    rest = data[len(frame.encoded()) :]
    assert frame.encoded() + rest == data
    assert frames.holds_more == (len(frame.encoded()) < file.tell())


@pytest.mark.slow
@THOUSANDS
@given(messages, blobs)
def test_any_message_is_a_value_or_a_protocol_error(message, blob):
    def from_tree(key, value):
        raise ProtocolError("an object")

    try:
        value = decode(dumped(message), blob, from_tree)
    except ProtocolError:
        return
    expect_harmless(value)


def expect_harmless(value):
    """Nothing but plain values and arrays, and texts that a file can hold."""
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, (list, tuple)):
        for item in value:
            expect_harmless(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            expect_harmless(name)
            expect_harmless(item)
    else:
        assert value is None or type(value) in (bool, int, float, np.ndarray)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(sorted(DTYPES)).map(lambda name: np.arange(6).astype(name).reshape(2, 3)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=10,
)


@pytest.mark.slow
@THOUSANDS
@given(plain)
def test_what_is_encoded_comes_back_the_same(value):
    text, blob = encode(value, lambda item: None)

    back = decode(text, blob, lambda key, item: None)

    assert repr(back) == repr(value)


CART_POLE = StepFormat(RowFormat("<f4", (4,)), RowFormat("<i8", ()))
FORMATS = [
    CART_POLE,
    StepFormat(RowFormat("<i8", ()), RowFormat("<i8", ())),  # numbered states
    StepFormat(RowFormat("<f4", (3,)), RowFormat("<f4", (2,))),  # continuous actions
    StepFormat(RowFormat("|u1", (8, 8, 3)), RowFormat("<i8", ())),  # pictures
]


@pytest.mark.slow
@THOUSANDS
@given(
    blobs
    | st.tuples(
        st.lists(st.integers(0, 4) | st.integers(0, 2**32 - 1), min_size=6, max_size=6), blobs
    ).map(lambda parts: STEP.pack(*parts[0]) + parts[1])
)
def test_any_step_is_read_or_a_protocol_error(blob):
    forms = dict(enumerate(FORMATS))
    try:
        step = decode_step(blob, forms)
    except ProtocolError:
        return
    assert step.learned is None or len(step.learned.action) > 0
    assert step.observation.shape[1:] == forms[step.agent].observation.shape


def random_rows(random, n, form):
    return random.integers(100, size=(n, *form.shape)).astype(form.dtype)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("learned", [0, 3])
def test_a_step_of_rows_of_any_kind_comes_back_the_same(form, learned):
    random = np.random.default_rng(0)
    parts = [random_rows(random, learned, row) for row in transition_formats(form)]
    observation = random_rows(random, 2, form.observation)
    step = Step(7, Transition(*parts) if learned else None, observation, True, True, False)

    back = decode_step(encode_step(step, form), {7: form})

    assert back._replace(learned=None, observation=None) == step._replace(
        learned=None, observation=None
    )
    assert np.array_equal(back.observation, observation)
    assert back.observation.dtype == form.observation.dtype
    for part, same in zip(parts, back.learned or parts, strict=True):
        assert np.array_equal(part, same) and part.dtype == same.dtype


@pytest.mark.parametrize("shape", [(2,), (2, 3), (2, 4, 1), (4,)])
def test_rows_of_another_shape_are_not_packed(shape):
    step = Step(0, None, np.zeros(shape, np.float32), False, True, True)

    with pytest.raises(ProtocolError, match="rows of shape"):
        encode_step(step, CART_POLE)


answers = st.one_of(
    blobs.map(lambda data: lambda sequence: (data, True)),
    st.tuples(
        st.sampled_from([0, 0, 0, 0, 1, -1]), st.sampled_from(list(Kind)), messages, blobs
    ).map(
        lambda parts: (
            lambda sequence: Frame(
                (sequence + parts[0]) % 2**32, parts[1], dumped(parts[2]), parts[3]
            ).encoded()
        )
    ),
)


@pytest.mark.slow
@THOUSANDS
@given(st.lists(answers, min_size=1, max_size=4))
def test_a_worker_that_answers_anything_ends_only_itself(drawn):
    left = iter(drawn)

    def answer(frame):
        write = next(left, None)
        return (b"", True) if write is None else write(frame.sequence)

    with talking(answer) as channel:
        try:
            with channel.limit(TimeLimit(1, 30)):
                student = RemoteStudent(channel, "torch")
                made = student.call("PolicyNetwork")
                student.parameters(
                    made if isinstance(made, StudentObject) else object_zero(student)
                )
                student.gradients("f", np.zeros(3))
                student.call_many(object_zero(student), [("sample", (3,)), ("sample", (3,))])
                agent = student.agent(object_zero(student), CART_POLE)
                agent.start_episode(np.zeros((2, 4), np.float32))
                agent.act(np.zeros((2, 4), np.float32))
                agent.get_weights()
        except ENDS:
            pass


def object_zero(student):
    return StudentObject(student, 0, "object")


class Liar:
    """Answers every question at random, with values that often suit it."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.steady = self.random.random() < 0.5  # the same answer to all, or another each time
        self.kept = None
        self.forms: dict[int, StepFormat] = {}

    def __call__(self, frame: Frame) -> bytes:
        if frame.kind is Kind.STEP:
            return self._actions(frame)
        operation, arguments = decode(frame.json, frame.arrays, lambda key, value: value)
        if operation == "agent":
            made, *rows = arguments
            self.forms[made[0]] = StepFormat(*(RowFormat(name, tuple(s)) for name, s in rows))
        if operation in ("begin", "agent"):
            return self._reply(frame, None)
        if self.random.random() < 0.02:
            error = {"kind": "X", "message": "", "where": "", "not_solved": False}
            return Frame(frame.sequence, Kind.ERROR, *encode(error, lambda item: None)).encoded()
        if operation in ("put", "call_ref", "network", "make_helper"):
            return self._reply(frame, {"object": [1, "x"]}, plain=False)
        if operation == "parameters":
            return self._reply(frame, {f"p{i}": self._array() for i in range(4)})
        if operation == "get_weights":
            return self._reply(frame, [self._array() for _ in range(self.random.integers(3))])
        if operation == "gradients":
            parts = [self._value(), [self._array(), None], {"p0": self._array(), "p1": None}]
            return self._reply(frame, parts)
        rows = self._rows(arguments)
        if operation == "call_method" and rows and self.random.random() < 0.7:
            return self._reply(frame, self._values_of(rows))
        if self.random.random() < 0.4:
            return self._reply(frame, {"object": [2, "x"]}, plain=False)
        if self.kept is None or not self.steady:
            self.kept = self._value()
        return self._reply(frame, self.kept)

    def _rows(self, value) -> int:
        """How many observations are among the arguments."""
        if isinstance(value, np.ndarray) and value.ndim == 2:
            return len(value)
        return max(map(self._rows, value), default=0) if isinstance(value, list) else 0

    def _values_of(self, rows: int):
        """What a network could say of so many observations, or nearly."""
        width = int(self.random.choice([2, 2, 2, 0, 1, 3]))
        values = self.random.choice([0.0, 1.0, -1.0, np.nan], p=[0.5, 0.4, 0.05, 0.05])
        array = np.full((rows, width), values, np.float32)
        return array if self.random.random() < 0.7 else [array, self._array()]

    def _reply(self, frame, value, plain=True) -> bytes:
        if plain:
            return Frame(frame.sequence, Kind.REPLY, *encode(value, lambda item: None)).encoded()
        text = json.dumps({"value": value, "arrays": []}).encode()
        return Frame(frame.sequence, Kind.REPLY, text, b"").encoded()

    def _actions(self, frame) -> bytes:
        step = decode_step(frame.arrays, self.forms)
        high = 2 if self.random.random() < 0.999 else 5
        rows = len(step.observation) if step.acts else 0
        actions = self.random.integers(high, size=rows).astype("<i8")
        return Frame(frame.sequence, Kind.ACTIONS, b"", actions.tobytes()).encoded()

    def _array(self) -> np.ndarray:
        shapes = [(), (0,), (1,), (2,), (3,), (5,), (6,), (5, 2), (5, 3), (7, 4), (3, 7), (4, 7)]
        shape = shapes[self.random.integers(len(shapes))]
        name = sorted(DTYPES)[self.random.integers(len(DTYPES))]
        with np.errstate(all="ignore"):
            array = self.random.normal(size=shape).astype(name)
        if array.dtype.kind == "f" and array.size and self.random.random() < 0.1:
            array.flat[0] = self.random.choice([np.nan, np.inf, -np.inf, 1e30])
        return array

    def _value(self, depth: int = 0):
        choice = self.random.integers(12)
        if choice < 5:
            return self._array()
        if choice < 7 and depth < 3:
            return [self._value(depth + 1) for _ in range(self.random.integers(4))]
        if choice == 7 and depth < 3:
            return {"param_groups": self._value(depth + 1), "state": self._value(depth + 1)}
        plain = [None, True, 0, 1, -1, 2**62, 0.5, float("nan"), float("inf"), "b", "", "x" * 300]
        return plain[self.random.integers(len(plain))]


CASES = [pytest.param(unit, task, id=task.name) for unit in UNITS for task in unit.tasks]


@pytest.mark.slow
@pytest.mark.parametrize(("unit", "task"), CASES)
def test_no_answer_whatever_makes_a_check_fail_in_the_grader(unit, task):
    for seed in range(150):
        with talking(Liar(seed)) as channel, channel.limit(TimeLimit(100, 100)):
            student = RemoteStudent(channel, unit.framework)
            try:
                result = judging.judge(task, student, seed)
            except ProtocolError:
                continue  # what the worker said was no answer at all
        assert isinstance(result, TaskResult)
        assert len(result.checks) == len(task.checks)
        json.dumps(result.points)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.agent is not None], ids=lambda unit: unit.name
)
def test_no_agent_whatever_makes_the_training_fail_in_the_grader(unit):
    short = Training(episodes=20, environments=4, max_steps=500, checkpoint_every=100)
    rule = replace(unit.agent, training=short, episodes=5, threshold=1.0)
    for seed in range(60):
        with talking(Liar(seed)) as channel, channel.limit(TimeLimit(100, 100)):
            student = RemoteStudent(channel, unit.framework)
            with contextlib.suppress(StudentError, ProtocolError, AgentRejected):
                train_and_score(rule, student, seed)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(channels, "POLL_INTERVAL_S", 0.01)
    monkeypatch.setattr(channels, "IDLE_AFTER_S", 0.1)
    monkeypatch.setattr(channels, "SLEEP_SECONDS", 0.3)


def ask_a_silent_worker(work, budget, limit, waits_for_a_core=False):
    """How long it takes until the grader gives up, and why."""
    sandbox = FakeSandbox()
    sandbox.work = work
    sandbox.waits_for_a_core = waits_for_a_core
    try:
        channel = Channel(sandbox, budget)
        start = time.monotonic()
        with pytest.raises(OutOfTime) as ended, channel.limit(limit):
            channel.ask(["call", []], lambda item: None, lambda key, value: None)
        return time.monotonic() - start, str(ended.value)
    finally:
        sandbox.close()


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_waits_for_a_core_does_not_sleep():
    budget = Budget(100, 100, 100)
    waited, _ = ask_a_silent_worker(lambda: 0.0, budget, TimeLimit(100, 1.5), waits_for_a_core=True)
    assert waited >= 1.5
    assert budget.sleep_seconds == 100
    slept, why = ask_a_silent_worker(lambda: 0.0, budget, TimeLimit(100, 1.5))
    assert slept < 1.5
    assert "slept" in why


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_sleeps_is_given_up_before_the_backstop_of_wall_time():
    seconds, why = ask_a_silent_worker(lambda: 0.0, Budget(900, 3600, 120), TimeLimit.of(20))

    assert "slept" in why
    assert seconds < 20


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_works_is_given_its_processor_time():
    start = time.monotonic()

    def slowly():  # a tenth of a processor: the machine is loaded
        return (time.monotonic() - start) / 10

    seconds, why = ask_a_silent_worker(slowly, Budget(900, 3600, 120), TimeLimit(0.1, 3600))

    assert why == ""
    assert seconds > 0.9


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_wakes_now_and_then_meets_the_end_of_its_submission():
    start = time.monotonic()

    def now_and_then():  # a hundredth of a second of work in each fifth
        return 0.01 * int((time.monotonic() - start) / 0.2)

    _, why = ask_a_silent_worker(now_and_then, Budget(900, 1.0, 120), TimeLimit.of(20))

    assert "one submission" in why


@pytest.mark.usefixtures("impatient")
def test_sleep_adds_up_over_questions():
    budget = Budget(900, 3600, 0.3)
    sandbox = FakeSandbox()
    channel = Channel(sandbox, budget)
    asked = 0
    with pytest.raises(OutOfTime, match="one submission"):
        while asked < 100:
            asked += 1
            threading.Timer(
                0.25, os.write, (sandbox.replies, nothing(channel._sequence + 1))
            ).start()
            with channel.limit(TimeLimit.of(20)):
                channel.ask(["call", []], lambda item: None, lambda key, value: None)

    assert 1 < asked < 20
    time.sleep(0.3)
    sandbox.close()


def nothing(sequence):
    return Frame(sequence, Kind.REPLY, b'{"value": null, "arrays": []}', b"").encoded()


def test_bytes_that_disappear_do_not_hold_up_the_grader(monkeypatch):
    monkeypatch.setattr(channels, "SLEEP_SECONDS", 1.0)
    monkeypatch.setattr(channels, "IDLE_AFTER_S", 0.5)
    sandbox = FakeSandbox()
    channel = Channel(sandbox, Budget(900, 3600, 120))
    stop = threading.Event()

    def take_and_give():
        """A worker that has opened its end of the pipe for reading plays with the grader's poll."""
        while not stop.is_set():
            os.write(sandbox.replies, b"x")
            with contextlib.suppress(BlockingIOError):
                os.read(sandbox.reply_fd, 1)

    thread = threading.Thread(target=take_and_give)
    thread.start()
    try:
        with pytest.raises((ProtocolError, OutOfTime)), channel.limit(TimeLimit(1, 3)):
            while True:
                channel.ask(["call", []], lambda item: None, lambda key, value: None)
    finally:
        stop.set()
        thread.join()
        sandbox.close()
