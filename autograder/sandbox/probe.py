"""Does the sandbox hold on this machine? Every check really tries, from the inside."""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import autograder
from autograder.sandbox import bubblewrap, cgroups, troubleshooting
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.launcher import Sandbox
from autograder.sandbox.limits import MEBIBYTE, Limits
from autograder.sandbox.mounts import Mounts, interpreter_trees
from autograder.sandbox.seccomp import call_numbers

ANSWER_SECONDS = 30.0  # of wall time; it takes a quarter of a second on an idle machine
PROBE_SCRIPT = Path(__file__).with_name("probe_inside.py")

# Small, so that reaching them is quick; the memory limit must leave Python alone.
LIMITS = Limits(
    processor_seconds=20,
    memory_bytes=512 * MEBIBYTE,
    processes=12,
    file_bytes=2 * MEBIBYTE,
    temporary_bytes=4 * MEBIBYTE,
)
TRIED_CALLS = ("keyctl", "ptrace", "bpf", "unshare", "setns", "mount", "io_uring_setup", "clone3")


@dataclass(frozen=True)
class Check:
    """One promise of the sandbox: whether it holds here, and what to do if not."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


@dataclass(frozen=True)
class Probe:
    """All checks, in order."""

    checks: tuple[Check, ...]

    @property
    def complete(self) -> bool:
        """Whether every check passed: otherwise only `--unsafe` grades anything."""
        return all(check.ok for check in self.checks)

    def __str__(self) -> str:
        width = max(len(check.name) for check in self.checks)
        lines = []
        for check in self.checks:
            lines.append(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:{width}}  {check.detail}")
            if not check.ok and check.advice:
                lines += [f"      {line}".rstrip() for line in check.advice.splitlines()]
        return "\n".join(lines)


def probe() -> Probe:
    """Build the sandbox and try to break out of it; takes about a quarter of a second."""
    return Probe(tuple(_checks()))


@lru_cache(maxsize=1)
def require() -> None:
    """Raise SandboxUnavailable unless every check holds; a process asks the machine once."""
    for check in probe().checks:
        if not check.ok:
            advice = check.advice.splitlines()
            short = f": {advice[0]}" if len(advice) == 1 else " (see `autograder doctor`)"
            what = f"{check.name}: {check.detail}"
            raise SandboxUnavailable(f"the sandbox is incomplete: {what}{short}")


def doctor() -> int:
    """Print the table with advice; 0 where the sandbox is complete, 1 where it is not."""
    result = probe()
    print(result)
    if result.complete:
        print("\nThe sandbox is complete: students' code runs inside it.")
        return 0
    print("\nThe sandbox is incomplete: nothing is graded here without --unsafe.")
    return 1


def _checks() -> Iterator[Check]:
    try:
        version = ".".join(map(str, bubblewrap.version()))
    except SandboxUnavailable as problem:
        yield Check("bubblewrap", False, str(problem), "sudo apt install bubblewrap util-linux")
        return
    yield Check("bubblewrap", True, version)
    folder = cgroups.delegated()
    shown = "not delegated, not needed" if folder is None else f"delegated: {folder.name}"
    yield Check("control groups", True, shown)
    try:
        with _canary() as canary:
            answers = _inspect(canary)
    except SandboxUnavailable as problem:
        text = str(problem)
        short, long = troubleshooting.advice_for(text)
        reason = text.split(f": {short}", 1)[0] if short else text  # advice is shown once
        yield Check(
            "sandbox starts", False, f"{reason}: {short}" if long else reason, long or short
        )
        return
    yield Check("sandbox starts", True, "user namespaces are allowed")
    for name, key, holds, advice in EXPECTED:
        answer = answers.get(key, "no answer")
        with contextlib.suppress(TypeError):
            yield Check(name, holds(answer), _shown(answer), advice)
            continue
        yield Check(name, False, _shown(answer), advice)
    killed = answers["all gone after kill"]
    yield Check("killed to the last", killed, "no process left" if killed else "processes left")


@contextlib.contextmanager
def _canary() -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="autograder-probe-") as file:
        yield Path(file.name)


def _inspect(canary: Path) -> dict[str, Any]:
    """The outcome of each attempt that the probe makes inside."""
    trees = ["/usr", *map(str, interpreter_trees())]
    question = {
        "secrets": [str(path) for path in _secrets(canary)],
        "trees": trees,
        "call_numbers": call_numbers(TRIED_CALLS),
    }
    command = [sys.executable, "-I", "-S", "-c", PROBE_SCRIPT.read_text()]
    with Sandbox.start(command, Mounts(), LIMITS) as sandbox:
        with contextlib.suppress(BrokenPipeError):  # it is over already: see below
            os.write(sandbox.request_fd, json.dumps(question).encode() + b"\n")
        text = _line(sandbox.reply_fd)
        if not text.endswith(b"\n"):
            ending = sandbox.wait(5)
            printed = sandbox.output().strip().splitlines() or [
                ending.detail if ending else "silence"
            ]
            raise SandboxUnavailable(f"Python does not run inside the sandbox: {printed[-1]}")
        answers: dict[str, Any] = json.loads(text)
        sandbox.kill()
        ended = sandbox.ended()
        answers["all gone after kill"] = ended is not None and ended.reason == "killed"
    return answers


def _secrets(canary: Path) -> Iterator[Path]:
    """Paths that exist outside and must not inside: grader, repository, home, a temporary file."""
    package = Path(autograder.__file__).resolve().parent
    visible = [*interpreter_trees(), Path("/usr")]
    yield canary
    yield from (package / name for name in ("__init__.py", "sandbox"))
    for directory in (package.parent, Path.cwd(), Path.home()):
        if any(directory.is_relative_to(tree) for tree in visible):
            continue  # a whole Python lives here: it is seen, the grader in it is covered
        with contextlib.suppress(OSError):
            for path in directory.iterdir():
                on_the_way = any(
                    tree.is_relative_to(path) or path.is_relative_to(tree) for tree in visible
                )
                # /tmp, /usr and the like are there inside as well, but not the same.
                if not on_the_way and directory != Path("/"):
                    yield path


def _line(descriptor: int) -> bytes:
    deadline = time.monotonic() + ANSWER_SECONDS
    text = b""
    while not text.endswith(b"\n") and (left := deadline - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            chunk = os.read(descriptor, 65536)
            if not chunk:
                break
            text += chunk
    return text


def _shown(answer: object) -> str:
    text = json.dumps(answer)
    return text if len(text) <= 60 else text[:57] + "..."


Expected = tuple[str, str, Callable[[Any], bool], str]

OLD_KERNEL = "upgrade the kernel to 5.14 or later (Debian 12, Ubuntu 22.04)"
REPORT = "this is a mistake of the grader, please report it with this table"

EXPECTED: tuple[Expected, ...] = (
    ("not root", "user", lambda ids: 0 not in ids, REPORT),
    ("no capabilities", "capabilities", lambda sets: sets == "0 1", REPORT),
    ("seccomp filter", "seccomp", lambda calls: calls == ["2"], "the kernel needs CONFIG_SECCOMP"),
    ("no user namespaces inside", "namespaces", lambda names: names == [], REPORT),
    ("no network sockets", "sockets", lambda names: names == [], REPORT),
    ("no network", "interfaces", lambda names: set(names) <= {"lo"}, REPORT),
    ("empty environment", "environment_of_first_process", lambda size: size == 0, REPORT),
    ("own processes only", "processes_seen", lambda count: count <= 3, REPORT),
    ("no terminal", "terminal", lambda there: there is False, REPORT),
    ("nothing of yours is seen", "secrets_seen", lambda paths: paths == [], REPORT),
    ("Python is read-only", "trees_written", lambda paths: paths == [], REPORT),
    ("the rest is read-only", "directories_written", lambda paths: paths == [], REPORT),
    (
        "temporary space is capped",
        "temporary_bytes",
        lambda size: size <= LIMITS.temporary_bytes + bubblewrap.SHARED_MEMORY_BYTES,
        REPORT,
    ),
    ("memory is limited", "memory", lambda mebibytes: 0 < mebibytes <= 512, REPORT),
    ("processes are limited", "children", lambda count: 4 < count < LIMITS.processes, OLD_KERNEL),
)
