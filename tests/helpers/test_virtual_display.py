"""A virtual display is there as long as the process that started it, and no longer."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from helpers import virtual_display
from helpers.virtual_display import VirtualDisplay
from tests.living import living

REPOSITORY = Path(__file__).parents[2]
START_AND_WAIT = """
import helpers.display
print(helpers.display.start_headless_display(), flush=True)
try:
    input()
except KeyboardInterrupt:
    print("interrupted", flush=True)
    input()
"""

needs_xvfb = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")


@pytest.fixture
def kernel() -> Iterator[subprocess.Popen[str]]:
    """A process that has started its virtual display, and waits for a line."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT],
        env=environment | {"PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "virtual display\n"
        yield process
        process.kill()


def started_by(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@needs_xvfb
@pytest.mark.parametrize("number", [None, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_its_process_however_that_ends(
    kernel: subprocess.Popen[str], number: signal.Signals | None
) -> None:
    started = started_by(kernel)
    assert "Xvfb" in [process.name() for process in started]

    if number is None:
        kernel.communicate("\n")
    else:
        kernel.send_signal(number)
    deadline = time.monotonic() + 10
    while living(started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert living(started) == []


@needs_xvfb
def test_an_interrupted_cell_leaves_it_alone(kernel: subprocess.Popen[str]) -> None:
    started = started_by(kernel)

    os.killpg(kernel.pid, signal.SIGINT)  # as Jupyter interrupts a kernel
    assert kernel.stdout is not None and kernel.stdout.readline() == "interrupted\n"
    time.sleep(0.5)
    assert living(started) == started


@pytest.mark.parametrize("program", ["exit 1", "exec sleep 600", None])
def test_where_it_does_not_start_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None
) -> None:
    monkeypatch.setattr(virtual_display, "SECONDS_TO_START", 0.3)
    for name in ("sh", "sleep"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    if program is not None:
        (tmp_path / "Xvfb").write_text(f"#!/bin/sh\n{program}\n")
        (tmp_path / "Xvfb").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    others = set(psutil.Process().children(recursive=True))  # another test's
    assert VirtualDisplay.start() is None
    assert living(set(psutil.Process().children(recursive=True)) - others) == []
