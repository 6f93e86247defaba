"""Each worker has a control group where one is delegated; elsewhere nothing changes."""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from autograder.sandbox.cgroups import KERNEL_BYTES, STARTERS, ControlGroup, own_group
from autograder.sandbox.limits import Limits

#: What a grader does that starts in a group: how a worker in it looks from outside and inside.
GRADER = """
    import json, os, sys
    from pathlib import Path

    folder = Path(sys.argv[1])
    (folder / "cgroup.procs").write_text("0")
    from autograder.sandbox import cgroups
    from autograder.sandbox.launcher import Limits, Mounts, Sandbox

    cgroups.CONTROLLERS = (*cgroups.CONTROLLERS, *sys.argv[2:])
    inside = "import os; os.write(4, open('/proc/self/cgroup').read().encode()); os.read(3, 1)"

    def groups():
        return sorted(path.name.split("-")[0] for path in folder.iterdir() if path.is_dir())

    with Sandbox.start([sys.executable, "-c", inside], Mounts(), Limits()) as sandbox:
        said = os.read(sandbox.reply_fd, 10_000).decode()
        during = groups()
        members = [path.read_text().split() for path in folder.glob("worker-*/cgroup.procs")]
        limits = {
            name: path.read_text().strip()
            for name in ("memory.swap.max", "pids.max")
            for path in folder.glob(f"worker-*/{name}")
        }
    print(json.dumps({
        "inside": [line for line in said.splitlines() if line.startswith("0::")],
        "during": during,
        "members": len(sum(members, [])),
        "limits": limits,
        "after": groups(),
        "own": cgroups.own_group().name,
    }))
"""


@pytest.fixture
def folder():
    """A group to start a grader in, with the controllers that a service manager would pass on."""
    with (Path(tempfile.gettempdir()) / "autograder-test-cgroups.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side, and the group above is one
        yield from new_folder()


def new_folder():
    above = own_group()
    if above is None:
        pytest.skip("no control groups of version 2 here")
    folder = above / f"autograder-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no group can be made here: {error}")
    passed_on = (above / "cgroup.subtree_control").read_text().split()
    others = set((above / "cgroup.controllers").read_text().split()) - set(passed_on)
    with contextlib.suppress(OSError):
        (above / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in others))
    yield folder
    for group in (*folder.glob("*/"), folder):
        with contextlib.suppress(OSError):
            group.rmdir()
    with contextlib.suppress(OSError):
        (above / "cgroup.subtree_control").write_text(" ".join(f"-{name}" for name in others))


def delegate(folder):
    if os.geteuid() == 0:
        os.setxattr(folder, "user.delegate", b"1")


def graded_in(folder):
    """Run the grader in this group, with what controllers there are."""
    controllers = (folder / "cgroup.controllers").read_text().split()
    command = [sys.executable, "-c", textwrap.dedent(GRADER), str(folder), *controllers]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def needs_a_controller(folder):
    if not (folder / "cgroup.controllers").read_text().split():
        pytest.skip("no controller is left for control groups of version 2 here")


def test_a_worker_has_a_group_of_its_own_that_ends_with_it(folder):
    needs_a_controller(folder)
    delegate(folder)

    found = graded_in(folder)

    assert found["own"] == "grader"
    assert found["during"] == ["grader", "worker"]
    assert found["members"] >= 2  # bubblewrap and what it started
    assert found["after"] == ["grader"]


def test_the_kernel_holds_the_groups_limits(folder):
    delegate(folder)
    expected = {"memory.swap.max": "0", "pids.max": str(Limits().processes + STARTERS)}

    found = graded_in(folder)["limits"]

    if not found:
        pytest.skip("memory and pids are no controllers of version 2 here")
    assert found == {name: expected[name] for name in found}


def test_inside_no_group_has_a_name(folder):
    needs_a_controller(folder)
    delegate(folder)

    assert graded_in(folder)["inside"] == ["0::/"]


def test_groups_that_a_killed_grader_left_are_removed(folder):
    needs_a_controller(folder)
    delegate(folder)
    (folder / "worker-1-1").mkdir()

    assert graded_in(folder)["after"] == ["grader"]


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever is not root can write where it is delegated")
def test_root_divides_no_group_that_was_not_delegated(folder):
    found = graded_in(folder)

    assert (found["own"], found["during"], found["members"]) == (folder.name, [], 0)


def test_a_group_in_which_others_live_is_not_divided(folder):
    needs_a_controller(folder)
    delegate(folder)
    with subprocess.Popen(["sleep", "60"]) as other:
        (folder / "cgroup.procs").write_text(str(other.pid))
        found = graded_in(folder)
        other.kill()

    assert (found["own"], found["during"]) == (folder.name, [])


@pytest.fixture
def limits():
    return Limits(memory_bytes=3_000, temporary_bytes=200, processes=10)


def test_the_groups_limits_lie_above_the_others(tmp_path, limits, monkeypatch):
    mkdir = Path.mkdir

    def with_files(path):  # as the kernel makes them
        mkdir(path)
        for name in ("memory.max", "memory.oom.group", "pids.max"):
            (path / name).touch()

    monkeypatch.setattr(Path, "mkdir", with_files)
    ControlGroup(tmp_path / "worker", limits)

    assert {path.name: int(path.read_text()) for path in (tmp_path / "worker").iterdir()} == {
        "memory.max": 3_200 + KERNEL_BYTES,
        "memory.oom.group": 1,
        "pids.max": 10 + STARTERS,
    }


@pytest.mark.parametrize(
    ("events", "full"),
    [(None, False), ("low 0\noom 3\noom_kill 0\n", False), ("oom 1\noom_kill 2\n", True)],
)
def test_the_kernel_says_whether_it_killed_for_memory(tmp_path, limits, events, full):
    group = ControlGroup(tmp_path / "worker", limits)
    if events is not None:
        (tmp_path / "worker" / "memory.events").write_text(events)

    assert group.out_of_memory() is full


def test_no_group_where_none_is_delegated(monkeypatch):
    from autograder.sandbox import cgroups

    monkeypatch.setattr(cgroups, "delegated", lambda: None)

    assert cgroups.new_group(Limits()) is None
