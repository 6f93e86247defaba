"""A worker that wants everything gets its share, and the grader hears why it ended."""

from __future__ import annotations

import os
import resource
import time

import pytest

from autograder.sandbox.launcher import Limits
from autograder.sandbox.limits import MEBIBYTE


@pytest.mark.parametrize("name", list(vars(Limits())))
def test_a_limit_is_positive(name):
    with pytest.raises(ValueError, match=name):
        Limits(**{name: 0})


class TestProcessorTime:
    def test_an_endless_loop_is_ended(self, visit):
        visited = visit("while True: pass", Limits(processor_seconds=1))
        assert visited.ending.reason == "processor time"
        assert 0.5 < visited.ending.processor_seconds < 1.5

    def test_the_signal_cannot_be_ignored_away(self, visit):
        code = """
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True: pass
"""
        assert visit(code, Limits(processor_seconds=1)).ending.reason == "processor time"

    def test_children_share_the_budget(self, visit):
        code = """
for _ in range(4):
    if os.fork() == 0:
        while True: pass
os.wait()
"""
        visited = visit(code, Limits(processor_seconds=1))
        assert visited.ending.reason == "processor time"
        assert visited.ending.processor_seconds < 3.5  # not a second for each of them

    def test_sleep_costs_nothing(self, start):
        sandbox = start("import time\nanswer(1)\ntime.sleep(60)", Limits(processor_seconds=1))
        os.read(sandbox.reply_fd, 10)
        time.sleep(1.5)
        assert sandbox.ended() is None


class TestMemory:
    def test_one_large_array_is_refused(self, visit):
        code = """
try: bytearray(10**10)
except MemoryError: answer("refused")
"""
        assert visit(code).answer == "refused"

    def test_many_small_ones_are_refused(self, visit):
        code = """
held = []
try:
    while True: held.append(bytearray(2**20))
except MemoryError: held = len(held); answer(held)
"""
        limits = Limits(memory_bytes=256 * MEBIBYTE)
        assert 150 < visit(code, limits).answer < 260

    def test_the_processes_together_are_ended(self, visit):
        code = """
import time
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(os.urandom(1)) * (80 * 2**20)
        time.sleep(60)
os.wait()
"""
        visited = visit(code, Limits(memory_bytes=256 * MEBIBYTE))
        assert visited.ending.reason == "memory"
        assert visited.ending.peak_bytes > 256 * MEBIBYTE

    def test_what_processes_share_is_counted_once(self, start):
        code = """
import time
held = bytearray(os.urandom(1)) * (80 * 2**20)
for _ in range(8):
    if os.fork() == 0: time.sleep(60)
answer(1)
time.sleep(60)
"""
        sandbox = start(code, Limits(memory_bytes=256 * MEBIBYTE))
        os.read(sandbox.reply_fd, 10)
        assert sandbox.resident_bytes() > 500 * MEBIBYTE  # the cheap sum, shared pages nine times
        assert sandbox.wait(0.5) is None

    def test_shared_memory_of_no_process_is_ended_too(self, visit):
        code = """
import mmap, time
held = [mmap.mmap(-1, 64 * 2**20) for _ in range(8)]  # shared: not in a process's own limit
for area in held: area.write(bytes(64 * 2**20))
time.sleep(60)
"""
        visited = visit(code, Limits(memory_bytes=256 * MEBIBYTE))
        assert visited.ending.reason == "memory"


class TestProcesses:
    def test_a_fork_bomb_starves(self, visit):
        code = """
children = 0
try:
    while True:
        if os.fork() == 0:
            import time; time.sleep(60)
        children += 1
except BlockingIOError: answer(children)
"""
        assert visit(code, Limits(processes=30)).answer <= 30

    def test_a_fork_bomb_in_every_child_is_killed(self, start):
        code = """
answer("boom")
while True:
    try: os.fork()
    except OSError: pass
"""
        sandbox = start(code, Limits(processes=40))
        os.read(sandbox.reply_fd, 10)
        time.sleep(0.3)
        began = time.monotonic()
        sandbox.kill()
        assert time.monotonic() - began < 30
        assert sandbox.ended().reason == "killed"

    def test_a_thread_bomb_starves(self, visit):
        code = """
import threading, time
count = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except RuntimeError: answer(count); os._exit(0)
"""
        assert visit(code, Limits(processes=30)).answer <= 30

    def test_two_sandboxes_do_not_share_the_number(self, start):
        code = """
children = 0
try:
    while children < 25:
        if os.fork() == 0:
            import time; time.sleep(60)
        children += 1
except BlockingIOError: pass
answer(children)
import time; time.sleep(60)
"""
        limits = Limits(processes=30)
        first, second = start(code, limits), start(code, limits)
        assert [os.read(one.reply_fd, 10) for one in (first, second)] == [b"25\n", b"25\n"]


class TestFiles:
    def test_a_huge_file_is_refused(self, visit):
        code = """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open("/tmp/huge", "wb", buffering=0) as file:
        for _ in range(100): file.write(bytes(2**20))
except OSError as problem: answer([problem.errno, os.path.getsize("/tmp/huge")])
"""
        visited = visit(code, Limits(file_bytes=8 * MEBIBYTE))
        assert visited.answer == [27, 8 * MEBIBYTE]  # EFBIG

    @pytest.mark.parametrize("directory", ["/tmp", "/tmp/home", "/dev/shm"])
    def test_the_temporary_directories_have_an_end(self, visit, directory):
        code = f"""
written = 0
try:
    for number in range(100):
        with open(f"{directory}/{{number}}", "wb", buffering=0) as file:
            written += file.write(bytes(2**20))
except OSError as problem: answer([problem.errno, written])
"""
        error, written = visit(code, Limits(temporary_bytes=8 * MEBIBYTE)).answer
        assert error == 28  # ENOSPC
        assert written <= 16 * MEBIBYTE

    @pytest.mark.parametrize("directory", ["/tmp", "/dev/shm"])
    def test_a_flood_of_files_is_ended(self, visit, directory):
        code = f"""
number = 0
while True:
    try:
        os.mkdir(f"{directory}/{{number // 1000}}") if number % 1000 == 0 else None
        os.close(os.open(f"{directory}/{{number // 1000}}/{{number}}", os.O_CREAT | os.O_WRONLY))
    except OSError: pass
    number += 1
"""
        visited = visit(code, Limits(temporary_files=2000))
        assert visited.ending.reason == "too many files"
        assert visited.seconds < 50

    def test_open_files_have_an_end(self, visit):
        code = """
held = []
try:
    while True: held.append(os.open("/dev/null", os.O_RDONLY))
except OSError as problem: answer([problem.errno, len(held) <= 60])
"""
        assert visit(code, Limits(open_files=60)).answer == [24, True]  # EMFILE


class TestOutput:
    def test_what_it_prints_is_kept(self, visit):
        code = "print('to out', flush=True); print('to err: \\u00e9', file=sys.stderr)"
        assert visit(code).output == "to out\nto err: \u00e9\n"

    def test_much_output_does_not_block(self, visit):
        code = "print('x' * (5 * 2**20)); answer('done')"
        visited = visit(code, Limits(output_bytes=6 * MEBIBYTE))
        assert visited.answer == "done"
        assert visited.ending.exit_status == 0
        assert len(visited.output) == 5 * 2**20 + 1

    def test_too_much_is_its_end(self, start):
        sandbox = start("while True: print('x' * 1000)", Limits(output_bytes=MEBIBYTE))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ending = sandbox.wait(60)
        assert ending is not None
        assert ending.reason == "too much output"
        assert sandbox.exceeded_output()
        assert len(sandbox.output()) == MEBIBYTE
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 20 * 1024  # KiB: the grader keeps what it must, and no more

    def test_bytes_that_are_no_text_are_shown_replaced(self, visit):
        assert visit("os.write(1, b'a\\xff\\x00b')").output == "a\ufffd\x00b"

    def test_silence_is_not_exceeding(self, start):
        sandbox = start("pass")
        assert sandbox.wait(10).reason == "exit"
        assert (sandbox.output(), sandbox.exceeded_output()) == ("", False)


class TestResourceLimits:
    def test_the_worker_cannot_raise_them(self, visit):
        code = """
import resource
refused = []
for name in ("AS", "DATA", "NPROC", "FSIZE", "NOFILE", "CPU", "SIGPENDING"):
    which = getattr(resource, "RLIMIT_" + name)
    hard = resource.getrlimit(which)[1]
    try: resource.setrlimit(which, (hard, hard + 1))
    except (ValueError, PermissionError, OSError): refused.append(name)
answer(refused)
"""
        assert visit(code).answer == ["AS", "DATA", "NPROC", "FSIZE", "NOFILE", "CPU", "SIGPENDING"]

    def test_a_limit_above_our_own_is_lowered_to_it(self):
        ours = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        wanted = Limits(open_files=ours + 1 if ours != resource.RLIM_INFINITY else 10)
        assert wanted.resource_limits()["nofile"][1] <= wanted.open_files
        if ours != resource.RLIM_INFINITY:
            assert wanted.resource_limits()["nofile"] == (ours, ours)
