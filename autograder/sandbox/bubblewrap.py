"""The command line that builds the sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autograder.sandbox.cgroups import ControlGroup
from autograder.sandbox.environment import ENVIRONMENT
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.limits import MEBIBYTE, Limits
from autograder.sandbox.mounts import (
    Mounts,
    grader_copies,
    hiding_arguments,
    interpreter_trees,
    system_arguments,
)
from autograder.sandbox.uids import PRELUDE, STAGE, unreachable

MINIMUM_VERSION = (0, 6)  # the first with --size: without it the temporary directory has no cap
SHARED_MEMORY_BYTES = 16 * MEBIBYTE  # /dev/shm: semaphores of multiprocessing and little more
INSIDE_USER = 1000  # how the worker's user id looks from inside, whatever it is outside


@dataclass(frozen=True)
class Tools:
    """Absolute paths of the programs that the start goes through."""

    bwrap: str
    shell: str
    prlimit: str
    unshare: str
    setpriv: str
    mount: str


@lru_cache(maxsize=1)
def find_tools() -> Tools:
    """Look the programs up; raises SandboxUnavailable naming the package of a missing one."""
    packages = {
        "bwrap": "bubblewrap",
        "sh": "dash",
        "prlimit": "util-linux",
        "unshare": "util-linux",
        "setpriv": "util-linux",
        "mount": "mount",
    }
    search = os.environ.get("PATH", "") + ":/usr/bin:/bin:/usr/sbin:/sbin"
    paths = {}
    for program, package in packages.items():
        path = shutil.which(program, path=search)
        if path is None:
            raise SandboxUnavailable(f"{program} is not installed: sudo apt install {package}")
        paths[program] = path
    return Tools(shell=paths.pop("sh"), **paths)


@lru_cache(maxsize=1)
def version() -> tuple[int, ...]:
    """Version of the installed bubblewrap; raises SandboxUnavailable for one that is too old."""
    answer = subprocess.run(
        [find_tools().bwrap, "--version"], capture_output=True, text=True, check=True
    )
    numbers = tuple(int(part) for part in answer.stdout.split()[-1].split(".") if part.isdigit())
    if numbers < MINIMUM_VERSION:
        raise SandboxUnavailable(
            f"bubblewrap {answer.stdout.split()[-1]} is too old, 0.6 or later is needed: "
            "upgrade to Debian 12, Ubuntu 22.04 or later"
        )
    return numbers


@lru_cache(maxsize=1)
def can_disable_user_namespaces() -> bool:
    """Whether this bwrap knows --disable-userns (0.8); without, the seccomp filter stands alone."""
    answer = subprocess.run([find_tools().bwrap, "--help"], capture_output=True, text=True)
    return "--disable-userns" in answer.stdout + answer.stderr


def visible_trees(mounts: Mounts) -> dict[Path, Path]:
    """Everything bound read-only apart from the operating system: path inside to path outside."""
    trees: dict[Path, Path] = {tree: tree for tree in interpreter_trees()}
    return {**trees, **mounts.read_only}


def options(mounts: Mounts, limits: Limits, places: Mapping[Path, Path]) -> Iterator[str]:
    """bwrap's options; `places` tells where an outside path is to be paths if not at its own."""
    yield from ("--unshare-all", "--unshare-user")
    if can_disable_user_namespaces():
        yield "--disable-userns"
    yield from ("--new-session", "--die-with-parent", "--cap-drop", "ALL")
    yield from ("--uid", str(INSIDE_USER), "--gid", str(INSIDE_USER), "--hostname", "sandbox")
    yield from system_arguments()
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--size", str(SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm", "--remount-ro", "/dev")
    yield from ("--size", str(limits.temporary_bytes), "--tmpfs", "/tmp", "--dir", "/tmp/home")
    visible = visible_trees(mounts)
    for inside, outside in sorted(visible.items(), key=lambda bind: len(bind[0].parts)):
        yield from ("--ro-bind", str(places.get(outside, outside)), str(inside))
    usr = {Path("/usr"): Path("/usr")}
    yield from hiding_arguments((*grader_copies(), *mounts.hidden), {**usr, **visible})
    # bwrap's root directory is a file system in memory without a cap.
    yield from ("--remount-ro", "/", "--chdir", "/tmp/home")
    for name, value in ENVIRONMENT.items():
        yield from ("--setenv", name, value)


def chain(
    command: Sequence[str], descriptors: Mapping[str, int], limits: Limits, uid: int | None
) -> list[str]:
    """Arguments from bwrap to the worker; `descriptors` are those for --args and the like."""
    tools = find_tools()
    arguments = [tools.bwrap]
    for option, descriptor in descriptors.items():
        arguments += [option, str(descriptor)]
    # Inside: the limits belong to the new user namespace, where only the sandbox's processes count.
    arguments += ["--", tools.prlimit]
    for name, (soft, hard) in limits.resource_limits().items():
        arguments.append(f"--{name}={soft}:{hard}")
    arguments += ["--", *command]
    if uid is None:
        return arguments
    identity = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    return [tools.setpriv, *identity, "--", *arguments]


def staged(mounts: Mounts) -> dict[Path, Path]:
    """Where a worker with a user id of its own finds the trees that lie behind closed doors."""
    closed = unreachable(visible_trees(mounts))
    return {outside: STAGE / str(number) for number, outside in enumerate(closed)}


def prelude(
    arguments: Sequence[str], places: Mapping[Path, Path], group: ControlGroup | None
) -> list[str]:
    """The outermost command, see identity.PRELUDE."""
    tools = find_tools()
    processes = "/dev/null" if group is None else str(group.processes)
    shell = [tools.shell, "-c", PRELUDE, "sh", tools.mount, str(STAGE), processes]
    shell += [*map(str, places), "--"]
    private = [tools.unshare, "--mount", "--propagation", "private", "--"] if places else []
    return [*private, *shell, *arguments]
