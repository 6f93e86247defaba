"""The life of a sandbox: start, talk, end, and nothing left behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from autograder.sandbox.launcher import Limits, Mounts, Sandbox, SandboxUnavailable
from tests.autograder.sandbox.tools import is_alive, processes_with, read_replies

ECHO = "os.write(4, os.read(3, 100))"
FOREVER = "import time\nanswer('here')\nwhile True: time.sleep(60)"
SPIN = "import time\nwhile True: pass"


def spin(seconds: float) -> str:
    return f"import time\nwhile time.process_time() < {seconds}: pass\n"


def test_requests_are_read_from_3_and_replies_are_written_to_4(start):
    sandbox = start(ECHO)
    os.write(sandbox.request_fd, b"a question")
    assert os.read(sandbox.reply_fd, 100) == b"a question"
    assert os.read(sandbox.reply_fd, 100) == b""  # and the end of the file when the worker is gone


def test_the_worker_holds_no_descriptor_but_its_five(visit):
    code = "answer([n for n in range(300) if os.path.exists(f'/proc/self/fd/{n}')])"
    assert visit(code).answer == [0, 1, 2, 3, 4]


def test_its_standard_input_is_empty(visit):
    assert visit("answer(sys.stdin.read())").answer == ""


@pytest.mark.parametrize(
    ("code", "reason", "status", "number"),
    [
        ("pass", "exit", 0, None),
        ("sys.exit(3)", "exit", 3, None),
        ("os._exit(7)", "exit", 7, None),
        ("raise ValueError('x')", "exit", 1, None),
        ("os.abort()", "signal", None, signal.SIGABRT),
        ("import ctypes; ctypes.string_at(0)", "signal", None, signal.SIGSEGV),
        ("os.kill(os.getpid(), 9)", "signal", None, signal.SIGKILL),
    ],
)
def test_the_ending_says_how_the_worker_went(visit, code, reason, status, number):
    ending = visit(code).ending
    assert (ending.reason, ending.exit_status, ending.signal) == (reason, status, number)


def test_a_living_sandbox_has_no_ending(start):
    sandbox = start(FOREVER)
    assert sandbox.ended() is None
    assert sandbox.wait(0.05) is None


def test_kill_ends_it_and_may_be_called_again(start):
    sandbox = start(FOREVER)
    sandbox.kill()
    assert sandbox.ended().reason == "killed"
    sandbox.kill()
    sandbox.close()
    sandbox.close()
    assert sandbox.ended().reason == "killed"


def test_kill_does_not_change_how_it_ended_by_itself(start):
    sandbox = start("sys.exit(3)")
    read_replies(sandbox.reply_fd, 10)
    assert sandbox.wait(10).exit_status == 3
    sandbox.kill()
    assert sandbox.ended().exit_status == 3


def test_a_closed_pipe_is_seen_at_once_though_the_worker_lives(start):
    sandbox = start("import time\nos.close(4)\ntime.sleep(60)")
    began = time.monotonic()
    assert read_replies(sandbox.reply_fd, 10) == b""
    assert time.monotonic() - began < 30
    assert sandbox.ended() is None


def test_a_stopped_worker_is_killed(start):
    sandbox = start("import signal\nanswer(1)\nos.kill(os.getpid(), signal.SIGSTOP)")
    assert os.read(sandbox.reply_fd, 10)
    began = time.monotonic()
    sandbox.kill()
    assert time.monotonic() - began < 30


DAEMON = """
import time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for n in (0, 1, 2, 3): os.close(n)
        answer("alive")
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", MARK])
    os._exit(0)
os.wait()
"""


def test_a_daemon_dies_with_kill(start):
    mark = uuid.uuid4().hex
    sandbox = start(f"MARK = '{mark}'" + DAEMON + "time.sleep(60)")
    assert b"alive" in os.read(sandbox.reply_fd, 100)
    assert processes_with(mark)
    sandbox.kill()
    assert processes_with(mark) == []


def test_a_daemon_dies_when_the_worker_leaves(visit):
    mark = uuid.uuid4().hex
    assert visit(f"MARK = '{mark}'" + DAEMON).ending.reason == "exit"
    assert processes_with(mark) == []


def test_the_ending_is_told_only_when_every_process_is_gone(start):
    """Children with much memory take the kernel a while: longer than bubblewrap waits for them."""
    mark = uuid.uuid4().hex
    code = f"""
import time
MARK = {mark!r}
for _ in range(4):
    if os.fork() == 0:
        held = b"x" * (100 * 2**20)
        answer("alive")
        os.close(4)
        time.sleep(60)
os.read(3, 1)
os._exit(0)
"""
    sandbox = start(code)
    replies = b""
    while replies.count(b"alive") < 4:
        replies += os.read(sandbox.reply_fd, 100)
    processes = processes_with(mark)
    assert len(processes) >= 5
    os.write(sandbox.request_fd, b"x")
    ending = sandbox.wait(60)
    left = [number for number in processes if is_alive(number)]
    assert (ending.exit_status, left) == (0, [])


def test_nothing_is_left_when_the_grader_is_killed(tmp_path):
    mark = uuid.uuid4().hex
    program = textwrap.dedent(
        f"""
        import os, sys, time
        from autograder.sandbox.launcher import Limits, Mounts, Sandbox
        code = "import os, time; os.write(4, b'here'); time.sleep(60)"
        sandbox = Sandbox.start([sys.executable, "-c", code, "{mark}"], Mounts(), Limits())
        os.read(sandbox.reply_fd, 10)
        print("started", flush=True)
        time.sleep(60)
        """
    )
    grader = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert grader.stdout.readline() == "started\n"
        assert len(processes_with(mark)) > 1  # the grader's own line has the mark, too
    finally:
        grader.kill()
        grader.wait()
        grader.stdout.close()
    deadline = time.monotonic() + 10
    while processes_with(mark) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert processes_with(mark) == []


def test_processor_seconds_count_the_worker(start):
    sandbox = start(spin(0.3) + "answer(time.process_time())\ntime.sleep(60)")
    own = float(os.read(sandbox.reply_fd, 100))
    assert own - 0.03 <= sandbox.processor_seconds() < own + 0.3  # it counts in 10 ms


def test_processor_seconds_count_children_living_reaped_and_orphaned(start):
    sandbox = start(
        spin(0.1)
        + """
if os.fork() == 0:
    while time.process_time() < 0.3: pass
    os._exit(0)
os.wait()                             # reaped
if os.fork() == 0:
    if os.fork() == 0:
        while time.process_time() < 0.3: pass
        answer("orphan")
        os._exit(0)
    os._exit(0)
os.wait()                             # its child goes to the namespace's first process
if os.fork() == 0:
    while time.process_time() < 0.3: pass
    answer("living")
    time.sleep(60)
time.sleep(60)
"""
    )
    replies = b""
    while b"orphan" not in replies or b"living" not in replies:
        replies += os.read(sandbox.reply_fd, 100)
    time.sleep(0.05)
    assert 0.95 <= sandbox.processor_seconds() < 1.6


def test_children_that_live_shorter_than_a_look_are_counted(start):
    sandbox = start(
        """
import time
for _ in range(20):
    if os.fork() == 0:
        while time.process_time() < 0.04: pass
        os._exit(0)
    os.wait()
answer(1)
time.sleep(60)
"""
    )
    assert os.read(sandbox.reply_fd, 10)
    assert sandbox.processor_seconds() > 0.65


def test_children_that_nobody_waits_for_are_counted_too(start):
    sandbox = start(
        """
import signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets what they used
for _ in range(3):
    child = os.fork()
    if child == 0:
        while time.process_time() < 0.6: pass
        os._exit(0)
    try: os.waitpid(child, 0)
    except ChildProcessError: pass
answer("gone")
time.sleep(60)
"""
    )
    assert os.read(sandbox.reply_fd, 100)
    assert sandbox.processor_seconds() > 1


def test_the_ending_tells_the_processor_time_up_to_the_last_look(visit):
    assert visit(spin(0.5)).ending.processor_seconds >= 0.35


def test_the_ending_of_a_killed_sandbox_tells_it_up_to_the_end(start):
    sandbox = start(spin(0.3) + "answer(1)\ntime.sleep(60)")
    os.read(sandbox.reply_fd, 10)
    sandbox.kill()
    assert sandbox.ended().processor_seconds >= 0.27


def test_processor_seconds_are_cheap(start):
    sandbox = start(FOREVER)
    os.read(sandbox.reply_fd, 100)
    took = []
    for _ in range(50):
        began = time.thread_time()
        sandbox.processor_seconds()
        took.append(time.thread_time() - began)
    assert sorted(took)[25] < 0.001


def test_resident_bytes_grow_with_what_is_held(start):
    sandbox = start(
        "answer(0)\nos.read(3, 1)\nheld = bytearray(100 * 2**20)\nanswer(1)\nos.read(3, 1)"
    )
    os.read(sandbox.reply_fd, 10)
    before = sandbox.resident_bytes()
    os.write(sandbox.request_fd, b"x")
    os.read(sandbox.reply_fd, 10)
    assert 95 * 2**20 < sandbox.resident_bytes() - before < 120 * 2**20


def test_many_at_once_from_threads_keep_to_themselves():
    def one(number: int) -> tuple[bytes, bool]:
        with Sandbox.start(["/bin/sh", "-c", "cat <&3 >&4"], Mounts(), Limits()) as sandbox:
            os.write(sandbox.request_fd, b"%d" % number)
            return os.read(sandbox.reply_fd, 100), sandbox.ended() is None

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(one, range(48))] == [(b"%d" % number, True) for number in range(48)]


def test_a_neighbour_does_not_keep_a_pipe_open(start):
    """An end that leaked into another worker would hide the end of the file."""
    first = start("os.read(3, 1)\nanswer(1)")
    second = start(FOREVER)
    os.read(second.reply_fd, 100)
    os.write(first.request_fd, b"x")
    assert read_replies(first.reply_fd, 10) == b"1\n"
    assert first.wait(10).exit_status == 0


def test_no_descriptor_thread_or_child_leaks():
    def once() -> None:
        Sandbox.start(["/bin/true"], Mounts(), Limits()).close()
        with pytest.raises(SandboxUnavailable):
            Sandbox.start(["/bin/true"], Mounts({Path("/x"): Path("/nowhere")}), Limits())

    once()
    gc.collect()
    before = sorted(os.listdir("/proc/self/fd"))
    children = set(psutil.Process().children())  # another test's, like multiprocessing's tracker
    for _ in range(5):
        once()
    deadline = time.monotonic() + 5
    while any("watcher" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert sorted(os.listdir("/proc/self/fd")) == before
    assert set(psutil.Process().children()) <= children  # a zombie would be one, too


def test_a_sandbox_that_cannot_be_built_says_so_in_one_line():
    with pytest.raises(SandboxUnavailable, match="/nowhere") as caught:
        Sandbox.start(["/bin/true"], Mounts({Path("/x"): Path("/nowhere")}), Limits())
    assert "\n" not in str(caught.value)


def test_starting_is_quick():
    took = []
    for _ in range(10):
        began = time.perf_counter()
        sandbox = Sandbox.start(["/bin/cat", "/dev/fd/3"], Mounts(), Limits())
        took.append(time.perf_counter() - began)
        sandbox.close()
    assert min(took) < 0.2  # 10 to 15 ms on an idle machine


@pytest.mark.parametrize(
    ("code", "wants"),
    [
        ("import time; time.sleep(60)", False),
        ("while True: pass", True),
        (
            "import threading, time\ndef work():\n    while True: pass\n"
            "threading.Thread(target=work, daemon=True).start()\ntime.sleep(60)",
            True,
        ),
    ],
    ids=["asleep", "at work", "a thread at work"],
)
def test_what_runs_or_waits_for_a_core_is_told_from_what_sleeps(code: str, wants: bool):
    with Sandbox.start([sys.executable, "-c", code], Mounts(), Limits()) as sandbox:
        time.sleep(1.0)
        assert [sandbox.is_runnable() for _ in range(3)] == 3 * [wants]
    assert not sandbox.is_runnable()
