"""Code is sent into a real sandbox and answers over its reply pipe."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from autograder.sandbox.launcher import Limits, Mounts, Sandbox
from tests.autograder.sandbox.tools import Visit, read_replies

PREAMBLE = """
import json, os, sys
def answer(value):
    os.write(4, json.dumps(value).encode() + b"\\n")
"""

Start = Callable[..., Sandbox]


@pytest.fixture(autouse=True)
def _needs_bubblewrap() -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")


@pytest.fixture
def start() -> Iterator[Start]:
    """Start Python code in a sandbox that is closed after the test."""
    started: list[Sandbox] = []

    def begin(code: str, limits: Limits | None = None, mounts: Mounts | None = None) -> Sandbox:
        command = [sys.executable, "-I", "-S", "-c", PREAMBLE + code]
        sandbox = Sandbox.start(command, mounts or Mounts(), limits or Limits())
        started.append(sandbox)
        return sandbox

    yield begin
    for sandbox in started:
        sandbox.close()


@pytest.fixture
def visit(start: Start) -> Callable[..., Visit]:
    """Run code in a sandbox to its end (or for so many seconds)."""

    def run(
        code: str, limits: Limits | None = None, mounts: Mounts | None = None, seconds: float = 60
    ) -> Visit:
        began = time.monotonic()
        sandbox = start(code, limits, mounts)
        replies = read_replies(sandbox.reply_fd, seconds)
        ending = sandbox.wait(max(0.0, began + seconds - time.monotonic()))
        took = time.monotonic() - began
        answers = [json.loads(line) for line in replies.splitlines()]
        return Visit(answers, sandbox.output(), ending, took)

    return run
