"""The plain process behind `--unsafe` keeps the sandbox's interface, not its walls."""

from __future__ import annotations

import os
import signal
import sys
import uuid
from pathlib import Path

import pytest

from autograder.sandbox.launcher import Limits, Mounts, UnsafeProcess
from tests.autograder.sandbox.tools import processes_with, read_replies


@pytest.fixture
def start():
    started = []

    def begin(code, limits=None, mounts=None, *arguments):
        command = [sys.executable, "-c", "import os, sys, time\n" + code, *arguments]
        started.append(UnsafeProcess.start(command, mounts or Mounts(), limits or Limits()))
        return started[-1]

    yield begin
    for process in started:
        process.close()


def test_it_talks_over_3_and_4_and_prints(start):
    process = start("print('printed', flush=True); os.write(4, os.read(3, 10))")
    os.write(process.request_fd, b"hello")
    assert read_replies(process.reply_fd, 10) == b"hello"
    assert process.wait(10).exit_status == 0
    assert process.output() == "printed\n"


def test_a_path_inside_becomes_the_path_outside(start, tmp_path):
    (tmp_path / "file.txt").write_text("found")
    code = "os.write(4, open(sys.argv[1]).read().encode())"
    mounts = Mounts({Path("/inside"): tmp_path})
    assert read_replies(start(code, None, mounts, "/inside/file.txt").reply_fd, 10) == b"found"


def test_its_home_is_empty_and_goes_away(start):
    process = start("print(os.getcwd(), os.environ['HOME'], os.listdir())")
    process.wait(10)
    directory, home, content = process.output().split()
    assert (directory, content) == (home, "[]")
    assert not os.path.exists(home)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("while True: pass", "processor time"),
        ("while True: print('x' * 1000)", "too much output"),
        ("held = bytearray(300 * 2**20); held[:] = b'x' * len(held); time.sleep(60)", "memory"),
        ("os.abort()", "signal"),
    ],
)
def test_it_ends_for_the_same_reasons(start, code, reason):
    limits = Limits(processor_seconds=1, output_bytes=10**6, memory_bytes=200 * 2**20)
    assert start(code, limits).wait(60).reason == reason


def test_kill_ends_the_group_and_may_be_called_again(start):
    mark = uuid.uuid4().hex
    code = """
if os.fork() == 0: os.execv(sys.executable, [sys.executable, "-c", CHILD, sys.argv[1]])
time.sleep(60)
"""
    child = "import os, time; os.write(4, b'x'); time.sleep(60)"
    process = start(f"CHILD = {child!r}" + code, None, None, mark)
    assert os.read(process.reply_fd, 1) == b"x"
    process.kill()
    process.kill()
    assert process.ended().signal == signal.SIGKILL
    assert process.ended().reason == "killed"
    assert processes_with(mark) == []


def test_processor_seconds_and_memory_are_read(start):
    code = "\nwhile time.process_time() < 0.3: pass\nos.write(4, b'x'); time.sleep(60)"
    process = start(code)
    os.read(process.reply_fd, 1)
    assert 0.25 <= process.processor_seconds() < 0.6
    assert process.resident_bytes() > 2**20
