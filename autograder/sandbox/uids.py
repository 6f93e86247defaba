"""A user id of its own for each worker, when the grader runs as root.

The kernel counts processes by user id and does not limit those of real root: a fork bomb is only
stopped, and two workers are only strangers to each other, where the ids really differ.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.sandbox.exit_info import SandboxUnavailable

PREFERRED_FIRST = 2_000_000_000  # above every range that distributions hand out
POOL = 4096
CAP_SYS_PTRACE = 19


class UserLease:
    """A user id that no other living worker of this machine has; released by close().

    An abstract socket's name stands for the lease: the kernel frees it however the grader ends.
    """

    def __init__(self) -> None:
        if not _may_look_into_other_users_processes():
            raise SandboxUnavailable(
                "root without CAP_SYS_PTRACE cannot watch its workers: start the container with "
                "--cap-add SYS_PTRACE --cap-add SYS_ADMIN, or grade as an ordinary user"
            )
        for uid in _candidates():
            name_holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            with contextlib.suppress(OSError):
                name_holder.bind(f"\0autograder-worker-uid-{uid}")
                self.uid = uid
                self._name_holder = name_holder
                return
            name_holder.close()
        raise SandboxUnavailable(f"all {POOL} user ids for workers are taken: grade fewer at once")

    def close(self) -> None:
        """Give the id back, after the last process of the worker is gone."""
        self._name_holder.close()


def _may_look_into_other_users_processes() -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> CAP_SYS_PTRACE & 1)
    return False


def _candidates() -> Iterator[int]:
    """User ids that exist in this machine's (or container's) user namespace, best first."""
    ranges = []
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        ranges.append((first, first + count))
    if any(first <= PREFERRED_FIRST and end >= PREFERRED_FIRST + POOL for first, end in ranges):
        return iter(range(PREFERRED_FIRST, PREFERRED_FIRST + POOL))
    first, end = max(ranges, key=lambda bounds: bounds[1] - bounds[0])
    if end - first < 2:
        raise SandboxUnavailable(
            "root of a container with one user id cannot start workers: grade as an ordinary user"
        )
    return iter(range(max(first + 1, end - POOL), end))


# Runs outside, before anything of the student's: gives the two pipes their numbers, joins the
# worker's control group, lets the kernel's out-of-memory killer prefer the worker, and shows trees
# that lie in a closed home (0700) at a place that the worker's user id can reach. Arguments:
# mount(8), that place, the group's list of processes (/dev/null if there is none), trees, "--",
# command.
PRELUDE = """
mount=$1 stage=$2 processes=$3
shift 3
exec 3<&0 4>&1 </dev/null >&2
echo 0 >"$processes" || exit 1
echo 500 2>/dev/null >/proc/self/oom_score_adj
if [ "$1" != -- ]; then "$mount" -t tmpfs -o mode=755,size=1m stage "$stage" || exit 1; fi
n=0
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "$stage/$n"; else : >"$stage/$n"; fi
  "$mount" --rbind "$1" "$stage/$n" || exit 1
  n=$((n + 1))
  shift
done
shift
exec env -i "$@"
"""

# Covered in the worker's private mount namespace only; it is on every Linux, and nothing of it is
# needed to build the sandbox.
STAGE = Path("/sys")


def unreachable(sources: Mapping[Path, Path]) -> tuple[Path, ...]:
    """Those of the outside paths that a stranger's user id cannot reach: a parent is closed."""
    return tuple(source for source in dict.fromkeys(sources.values()) if _closed(source))


def _closed(source: Path) -> bool:
    return any(not os.stat(parent).st_mode & 0o001 for parent in source.resolve().parents)
