"""What code in the sandbox can see and touch: nothing of the world, little of the machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import autograder
from autograder.sandbox.launcher import Mounts
from autograder.sandbox.mounts import interpreter_trees
from tests.autograder.sandbox.tools import let_others_read, read_replies

LIBC = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def system(*arguments):
    ctypes.set_errno(0)
    result = libc.syscall(*map(ctypes.c_long, arguments))
    return ctypes.get_errno() if result == -1 else "done"
"""


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("what nobody may read")
    return path


class TestFiles:
    def test_the_outside_temporary_directory_is_not_there(self, visit, secret):
        code = f"answer([os.path.exists({str(secret)!r}), os.listdir('/tmp/home')])"
        assert visit(code).answer == [False, []]

    def test_the_grader_is_not_there(self, visit):
        package = str(Path(autograder.__file__).parent)
        assert visit(f"answer(os.path.exists({package!r}))").answer is False

    def test_a_grader_inside_the_site_packages_is_covered(self, visit, tmp_path):
        packages = tmp_path / "site-packages"
        (packages / "autograder").mkdir(parents=True)
        (packages / "autograder" / "tasks.py").write_text("expected = 42")
        (packages / "other.py").write_text("")
        (packages / "secret.py").write_text("seed = 7")
        tmp_path.chmod(0o755)
        inside = Path("/packages")
        mounts = Mounts(
            {inside: packages}, hidden=(inside / "autograder", inside / "secret.py", Path("/no"))
        )
        code = """
try: text = open("/packages/secret.py").read()
except PermissionError: text = ""
answer([sorted(os.listdir("/packages")), os.listdir("/packages/autograder"), text])
"""
        listing = ["autograder", "other.py", "secret.py"]
        assert visit(code, mounts=mounts).answer == [listing, [], ""]

    def test_the_root_holds_the_system_and_the_interpreter_only(self, visit):
        allowed = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc"}
        allowed |= {"proc", "dev", "tmp"} | {tree.parts[1] for tree in interpreter_trees()}
        assert set(visit("answer(os.listdir('/'))").answer) <= allowed

    def test_of_a_home_only_the_way_to_the_interpreter_is_there(self, visit):
        home = Path.home()
        ways = {
            tree.relative_to(home).parts[0]
            for tree in interpreter_trees()
            if tree.is_relative_to(home) and tree != home
        }
        code = f"answer(os.listdir({str(home)!r}) if os.path.exists({str(home)!r}) else [])"
        assert set(visit(code).answer) <= ways

    def test_etc_holds_no_list_of_the_users(self, visit):
        code = "answer([open('/etc/passwd').read(), os.path.exists('/etc/shadow')])"
        assert visit(code).answer == ["student:x:1000:1000:student:/tmp/home:/bin/sh\n", False]

    def test_nothing_but_the_temporary_directories_can_be_written(self, visit):
        code = """
writable = []
for directory in PLACES:
    try: open(os.path.join(directory, "new"), "w").close()
    except OSError: continue
    writable.append(directory)
answer(writable)
"""
        places = ["/", "/usr", "/etc", "/dev", "/proc", "/tmp", "/tmp/home", "/dev/shm", sys.prefix]
        visited = visit(f"PLACES = {places!r}" + code)
        assert visited.answer == ["/tmp", "/tmp/home", "/dev/shm"]

    def test_a_read_only_mount_can_be_read_and_not_written(self, visit, secret):
        let_others_read(secret)
        code = """
text = open("/given/file.txt").read()
try: open("/given/file.txt", "a")
except OSError as problem: answer([text, problem.errno])
"""
        visited = visit(code, mounts=Mounts({Path("/given/file.txt"): secret}))
        assert visited.answer[0] == "what nobody may read"
        assert visited.answer[1] in (13, 30)  # not permitted, or a read-only file system
        assert secret.read_text() == "what nobody may read"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root's worker is somebody else")
    def test_a_mount_behind_a_closed_door_is_seen_by_the_worker_of_root(self, visit, tmp_path):
        room = tmp_path / "room"
        room.mkdir()
        (room / "file.txt").write_text("hello")
        tmp_path.chmod(0o700)
        code = "answer(open('/given/file.txt').read())"
        assert visit(code, mounts=Mounts({Path("/given"): room})).answer == "hello"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root's worker is somebody else")
    def test_what_was_written_with_a_strict_umask_is_read_by_the_worker_of_root(
        self, visit, tmp_path
    ):
        room = tmp_path / "room"
        room.mkdir(mode=0o700)
        (room / "file.txt").write_text("hello")
        (room / "file.txt").chmod(0o600)
        code = "answer(open('/given/file.txt').read())"
        assert visit(code, mounts=Mounts({Path("/given"): room})).answer == "hello"


class TestProcesses:
    def test_no_process_of_the_outside_is_seen(self, visit):
        code = "answer(sorted(int(n) for n in os.listdir('/proc') if n.isdecimal()))"
        assert visit(code).answer == [1, 2]

    def test_bubblewrap_tells_nothing_about_its_start(self, visit, monkeypatch):
        monkeypatch.setenv("GRADER_SECRET", "what nobody may read")
        code = """
answer([open("/proc/1/environ").read(), open("/proc/1/cmdline").read(), dict(os.environ)])
"""
        environment, command, own = visit(code).answer
        assert environment == ""
        assert "--ro-bind" not in command
        assert "GRADER_SECRET" not in own

    def test_the_worker_has_an_unprivileged_identity(self, visit):
        code = """
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
answer([os.getuid(), os.geteuid(), os.getgid(),
        {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} and
        sorted({status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}),
        status["NoNewPrivs"], status["Seccomp"]])
"""
        assert visit(code).answer == [1000, 1000, 1000, ["0000000000000000"], "1", "2"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has but one user id")
    def test_two_workers_of_root_are_two_users_and_neither_is_root(self, start):
        code = "import time\nanswer('here')\ntime.sleep(60)"
        users = set()
        for sandbox in (start(code), start(code)):
            os.read(sandbox.reply_fd, 100)
            users.add(_user_of(sandbox))
        assert len(users) == 2
        assert 0 not in users

    def test_there_is_no_terminal_to_type_into(self, visit):
        code = """
try: open("/dev/tty")
except OSError: answer([os.getsid(0) == os.getpgid(0), "no terminal"])
"""
        assert visit(code).answer == [True, "no terminal"]

    def test_the_devices_are_the_harmless_ones(self, visit):
        harmless = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm"}
        harmless |= {"fd", "stdin", "stdout", "stderr", "core", "console"}
        assert set(visit("answer(os.listdir('/dev'))").answer) <= harmless


class TestNetwork:
    def test_only_the_loopback_is_there(self, visit):
        code = "answer([line.split(':')[0].strip() for line in open('/proc/net/dev')][2:])"
        assert visit(code).answer == ["lo"]

    @pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET"])
    def test_no_socket_of_a_network_can_be_made(self, visit, family):
        code = f"""
import socket
try: socket.socket(socket.{family}, socket.SOCK_RAW if "IN" not in "{family}" else 2)
except OSError as problem: answer(problem.errno)
"""
        assert visit(code).answer == 97  # EAFNOSUPPORT

    def test_a_service_of_the_outside_is_not_reached(self, visit):
        with socket.socket(socket.AF_UNIX) as service:
            service.bind(f"\0course-service-{uuid.uuid4().hex}")
            service.listen()
            name = service.getsockname()
            code = f"""
import socket
try: socket.socket(socket.AF_UNIX).connect({name!r})
except OSError as problem: answer(problem.errno)
"""
            assert visit(code).answer == 111  # ECONNREFUSED: nobody listens in here

    def test_an_honest_socket_pair_works(self, visit):
        code = """
import asyncio, socket
a, b = socket.socketpair(); a.send(b"x")
async def ten(): return 10
answer([b.recv(1).decode(), asyncio.run(ten())])
"""
        assert visit(code).answer == ["x", 10]


class TestSystemCalls:
    @pytest.mark.parametrize(
        ("call", "number"),
        [
            ("keyctl", 250),
            ("add_key", 248),
            ("ptrace", 101),
            ("process_vm_readv", 310),
            ("bpf", 321),
            ("perf_event_open", 298),
            ("unshare", 272),
            ("setns", 308),
            ("mount", 165),
            ("pivot_root", 155),
            ("chroot", 161),
            ("open_tree", 428),
            ("fsopen", 430),
            ("userfaultfd", 323),
            ("init_module", 175),
            ("kexec_load", 246),
            ("personality", 135),
            ("syslog", 103),
            ("open_by_handle_at", 304),
            ("inotify_init", 253),
        ],
    )
    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
    def test_refused(self, visit, call, number):
        # Without the filter each of these answers something else than EPERM to these arguments,
        # or would be let through in a user namespace of one's own.
        assert visit(LIBC + f"answer(system({number}, 0, 0, 0, 0, 0, 0))").answer == 1, call

    @pytest.mark.parametrize(
        ("call", "number"),
        [("io_uring_setup", 425), ("clone3", 435), ("memfd_create", 319), ("shmget", 29)],
    )
    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
    def test_not_there(self, visit, call, number):
        assert visit(LIBC + f"answer(system({number}, 0, 0, 0, 0, 0, 0))").answer == 38, call

    @pytest.mark.parametrize("flag", [0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000])
    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="number of x86-64")
    def test_no_process_starts_in_a_new_namespace(self, visit, flag):
        code = f"""
result = system(56, {flag} | 17, 0, 0, 0, 0)
if result == "done" and os.getppid() != 1: os._exit(0)  # the child that should not be
answer(result)
"""
        assert visit(LIBC + code).answer == 1

    def test_nobody_types_into_a_terminal(self, visit):
        code = """
import fcntl, pty
leader, follower = pty.openpty()
try: fcntl.ioctl(follower, 0x5412, b"x")
except OSError as problem: answer(problem.errno)
"""
        assert visit(code).answer == 1


class TestHonestWork:
    def test_a_shell_command_runs(self, visit):
        code = """
import subprocess
answer(subprocess.run("ls / | grep usr; id -un", shell=True, capture_output=True, text=True).stdout)
"""
        assert visit(code).answer == "usr\nstudent\n"

    def test_threads_and_worker_processes_run(self, visit):
        code = """
import multiprocessing, threading
def square(x): return x * x
thread = threading.Thread(target=print); thread.start(); thread.join()
with multiprocessing.get_context("fork").Pool(2) as pool:
    answer(pool.map(square, [1, 2, 3]))
"""
        assert visit(code).answer == [1, 4, 9]

    @pytest.mark.parametrize(
        ("library", "code"),
        [
            (
                "torch",
                """
import torch
network = torch.nn.Linear(4, 2)
optimizer = torch.optim.Adam(network.parameters())
network(torch.ones(3, 4)).sum().backward()
optimizer.step()
answer([torch.get_num_threads(), torch.isfinite(network.weight).all().item()])
""",
            ),
            (
                "keras",
                """
import keras, numpy
network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
network.compile("adam", "mse")
loss = network.train_on_batch(numpy.ones((3, 4)), numpy.ones((3, 2)))
answer([1, bool(numpy.isfinite(loss))])
""",
            ),
        ],
    )
    def test_a_training_step_runs(self, start, library, code):
        pytest.importorskip(library)
        packages = [path for path in sys.path if path.endswith("site-packages")]
        sandbox = start(f"import sys; sys.path[1:1] = {packages!r}\n" + code)
        assert read_replies(sandbox.reply_fd, 180) == b"[1, true]\n", sandbox.output()


def _user_of(sandbox) -> int:
    """The kernel's user id of the sandbox's first process."""
    (child,) = (
        int(name)
        for name in filter(str.isdecimal, os.listdir("/proc"))
        if _parent(name) == sandbox._process.pid
    )
    return os.stat(f"/proc/{child}").st_uid


def _parent(name: str) -> int:
    try:
        return int(Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


USER = 54321

OUTSIDE = """
import os, sys
sys.path.insert(0, {path!r})
from autograder.sandbox.launcher import Limits, Mounts, Sandbox
code = '''
import os, time
while time.process_time() < 0.2: pass
children = 0
try:
    while children < 100:
        if os.fork() == 0: time.sleep(60)
        children += 1
except BlockingIOError: pass
os.write(4, f"{{os.getuid()}} {{children < 20}}".encode())
time.sleep(60)
'''
with Sandbox.start([sys.executable, "-I", "-c", code], Mounts(), Limits(processes=20)) as sandbox:
    print(os.getuid(), os.read(sandbox.reply_fd, 100).decode(), sandbox.processor_seconds() > 0.15)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="about root")
def test_root_of_a_bare_container_is_told_what_is_missing():
    code = """
from autograder.sandbox.launcher import Limits, Mounts, Sandbox, SandboxUnavailable
try: Sandbox.start(["/bin/true"], Mounts(), Limits())
except SandboxUnavailable as problem: print(problem)
"""
    bare = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    done = subprocess.run([*bare, sys.executable, "-c", code], capture_output=True, text=True)
    assert "--cap-add SYS_PTRACE" in done.stdout, done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test runs as an ordinary user already")
def test_an_ordinary_user_can_start_it(tmp_path):
    import pyseccomp

    let_others_read(tmp_path)
    python = "/usr/bin/python3"  # one that a stranger may run
    new = "import sys; sys.exit(sys.version_info < (3, 10))"
    if not os.path.exists(python) or subprocess.run([python, "-c", new]).returncode:
        pytest.skip("no Python 3.10 in /usr/bin")
    copy = "cp -r {} {} {} && chmod -R a+rX {}"
    package, module = Path(autograder.__file__).parent, pyseccomp.__file__
    subprocess.run(
        ["sh", "-c", copy.format(package, module, tmp_path, tmp_path)], check=True, cwd="/"
    )
    become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    done = subprocess.run(
        [*become, python, "-c", OUTSIDE.format(path=str(tmp_path))],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.stdout == f"{USER} 1000 True True\n", done.stderr
