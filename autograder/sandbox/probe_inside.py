"""Tries, from inside the sandbox, what must not work; sent in as text by the probe.

Reads one JSON object from descriptor 3 (`secrets`: paths outside, `trees`: read-only directories,
`call_numbers`: system calls to be refused) and writes one to 4: for each attempt what came of it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import socket
from typing import Any

CLONE_NEWUSER = 0x10000000


def attempts(question: dict[str, Any]) -> dict[str, Any]:
    """Every attempt by name; what one raises is its answer."""
    results: dict[str, Any] = {}
    for attempt in (
        user,
        capabilities,
        seccomp,
        namespaces,
        sockets,
        interfaces,
        environment_of_first_process,
        processes_seen,
        terminal,
        secrets_seen,
        trees_written,
        directories_written,
        temporary_bytes,
        memory,
        children,  # last: it leaves no process to spare
    ):
        try:
            results[attempt.__name__] = attempt(question)
        except Exception as problem:
            results[attempt.__name__] = f"{type(problem).__name__}: {problem}"
    return results


def user(question: dict[str, Any]) -> list[int]:
    """Real and effective user and group."""
    return [os.getuid(), os.geteuid(), os.getgid(), os.getegid()]


def capabilities(question: dict[str, Any]) -> str:
    """The union of all capability sets, in hexadecimal; and whether new ones may come."""
    values = [int(_status(f"Cap{name}"), 16) for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")]
    return f"{max(values):x} {_status('NoNewPrivs')}"


def seccomp(question: dict[str, Any]) -> list[str]:
    """The filter's mode, then the refused calls that were let through."""
    through = [
        name
        for name, number in question["call_numbers"].items()
        if _call(number) not in (errno.EPERM, errno.ENOSYS)
    ]
    return [_status("Seccomp"), *through]


def namespaces(question: dict[str, Any]) -> list[str]:
    """The ways by which a user namespace could be succeeded."""
    libc = ctypes.CDLL(None, use_errno=True)
    succeeded = []
    if libc.unshare(CLONE_NEWUSER) == 0:
        succeeded.append("unshare")
    stack = ctypes.create_string_buffer(65536)
    enter = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lambda argument: 0)
    top = ctypes.c_void_p(ctypes.addressof(stack) + 65536 - 16)
    if libc.clone(enter, top, CLONE_NEWUSER | 17, None) > 0:
        succeeded.append("clone")
    return succeeded


def sockets(question: dict[str, Any]) -> list[str]:
    """The kinds of network socket that can be succeeded."""
    succeeded = []
    for name in ("AF_INET", "AF_INET6", "AF_NETLINK"):
        try:
            socket.socket(getattr(socket, name), socket.SOCK_DGRAM).close()
        except OSError:
            continue
        succeeded.append(name)
    return succeeded


def interfaces(question: dict[str, Any]) -> list[str]:
    """Network interfaces."""
    with open("/proc/net/dev") as file:
        return [line.split(":")[0].strip() for line in file.readlines()[2:]]


def environment_of_first_process(question: dict[str, Any]) -> int:
    """Length in bytes of bubblewrap's environment."""
    with open("/proc/1/environ", "rb") as file:
        return len(file.read())


def processes_seen(question: dict[str, Any]) -> int:
    """How many processes there are."""
    return sum(name.isdecimal() for name in os.listdir("/proc"))


def terminal(question: dict[str, Any]) -> bool:
    """Whether there is a terminal to type into."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def secrets_seen(question: dict[str, Any]) -> list[str]:
    """Those of the paths outside that are here, too."""
    return [path for path in question["secrets"] if os.path.lexists(path)]


def trees_written(question: dict[str, Any]) -> list[str]:
    """Those of the read-only trees that can be written."""
    return [tree for tree in question["trees"] if _writes(tree)]


def directories_written(question: dict[str, Any]) -> list[str]:
    """Directories without a cap that can be written."""
    return [path for path in ("/", "/dev", "/etc", "/proc", "/usr") if _writes(path)]


def temporary_bytes(question: dict[str, Any]) -> int:
    """How much goes into all temporary directories together, before they are full."""
    written = 0
    for directory in ("/tmp", "/dev/shm"):
        for number in range(64):
            try:
                with open(f"{directory}/{number}", "wb", buffering=0) as file:
                    written += file.write(bytes(2**20))
            except OSError:
                break
    return written


def memory(question: dict[str, Any]) -> int:
    """How much private memory the process gets, in MiB, up to 4096."""
    held = []
    try:
        for _ in range(64):
            held.append(mmap.mmap(-1, 64 * 2**20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    except (MemoryError, OSError):
        pass
    return 64 * len(held)


def children(question: dict[str, Any]) -> int:
    """How many processes can be started, up to 100."""
    started = 0
    try:
        while started < 100:
            if os.fork() == 0:
                os.read(3, 1)  # nothing comes: waits for the end
                os._exit(0)
            started += 1
    except OSError:
        pass
    return started


def _status(name: str) -> str:
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(f"{name}:"):
                return line.split(":")[1].strip()
    return "?"


def _call(number: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    zeros = [ctypes.c_long(0)] * 6
    return ctypes.get_errno() if libc.syscall(ctypes.c_long(number), *zeros) == -1 else 0


def _writes(directory: str) -> bool:
    path = os.path.join(directory, "autograder-probe")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        return False
    return True


if __name__ == "__main__":
    with os.fdopen(os.dup(3)) as requests:
        question = json.loads(requests.readline())
    os.write(4, json.dumps(attempts(question)).encode() + b"\n")
    os.read(3, 1)  # stays until it is killed: that is what the grader looks at next
