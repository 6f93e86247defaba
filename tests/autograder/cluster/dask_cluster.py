"""A real Dask cluster on this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from tests.living import living

REPOSITORY = Path(__file__).resolve().parents[3]
SECONDS_TO_START = 120


class DaskCluster:
    """A scheduler; `start_worker` adds workers. All that is left is killed at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self._started: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", self._file)
        until = time.monotonic() + SECONDS_TO_START
        while not self._file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        self.address = str(json.loads(self._file.read_text())["address"])

    def start_worker(
        self, threads: int = 1, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a worker process, with some variables of its environment set."""
        options = ("--no-nanny", "--nthreads", str(threads), "--memory-limit", "0")
        return self._start("worker", self.address, *options, environment=environment or {})

    @property
    def registered(self) -> int:
        """How many workers have come so far."""
        return (self._folder / "scheduler 0.log").read_text().count("Register worker")

    def close(self) -> None:
        for process in reversed(self._started):
            process.kill()
            process.wait()

    def _start(
        self, kind: str, *arguments: object, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", kind, "--no-dashboard", *map(str, arguments)]
        if kind == "worker":
            command += ["--local-directory", str(self._folder)]
        errors = (self._folder / f"{kind} {len(self._started)}.log").open("wb")
        with errors:
            process = subprocess.Popen(
                command,
                env={**os.environ, **(environment or {})},
                cwd=self._folder,
                stdout=errors,
                stderr=errors,
            )
        self._started.append(process)
        return process


def listens_at(address: str, worker: subprocess.Popen[bytes]) -> bool:
    """Whether this worker is the one at `host:port`."""
    port = int(address.rsplit(":", 1)[1])
    connections = psutil.Process(worker.pid).net_connections(kind="tcp")
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)


def judges_below(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of judges, and what these have started, below a worker."""
    try:
        below = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return living(below)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker as a failing machine would."""
    process.send_signal(signal.SIGKILL)
    process.wait()
