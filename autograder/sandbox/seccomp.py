"""The seccomp filter: system calls that no student needs and that kernels were broken with."""

from __future__ import annotations

import errno
import os
import socket
import tempfile
from collections.abc import Iterable
from functools import lru_cache

from autograder.sandbox.exit_info import SandboxUnavailable

# Refused with EPERM: the caller is told "no".
FORBIDDEN = (
    # keys of the kernel's keyring are shared beyond the namespaces
    *("add_key", "request_key", "keyctl"),
    # other processes' memory and state
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease"),
    *("kcmp", "pidfd_getfd", "perf_event_open", "bpf", "userfaultfd", "lookup_dcookie"),
    # namespaces and mounts
    *("unshare", "setns", "chroot", "pivot_root", "mount", "umount", "umount2", "mount_setattr"),
    *("open_tree", "open_tree_attr", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick"),
    # the machine
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("create_module", "reboot", "swapon", "swapoff", "acct", "syslog", "sysfs", "_sysctl"),
    *("settimeofday", "stime", "clock_settime", "clock_adjtime", "adjtimex", "quotactl"),
    *("quotactl_fd", "sethostname", "setdomainname", "iopl", "ioperm", "vhangup", "uselib"),
    *("nfsservctl", "personality", "modify_ldt", "vm86", "vm86old"),
    *("name_to_handle_at", "open_by_handle_at", "fanotify_init", "fanotify_mark"),
    *("move_pages", "migrate_pages", "vmsplice"),
    # counted by user, who may be the grader's own; and shows who else reads the installed Python
    *("inotify_init", "inotify_init1"),
)

# Refused with ENOSYS: the caller takes the older way that every kernel has.
ABSENT = (
    "clone3",  # its flags stand in memory where no filter sees them; C libraries know clone, too
    *("io_uring_setup", "io_uring_enter", "io_uring_register"),
    # memory that belongs to no process and to no size-capped file system
    *("memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "shmdt"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semctl", "semtimedop"),
    *("mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr"),
)

# Younger than some libseccomp in use; numbers from 424 on are the same on every architecture.
NUMBERS = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "clone3": 435,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
    "process_mrelease": 448,
    "open_tree_attr": 467,
}

# linux/sched.h: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. The bit of
# CLONE_NEWTIME belongs to the exit signal in clone(2): only clone3 and unshare take it as a flag.
CLONE_FLAGS = (
    0x20000,
    0x2000000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)

TERMINAL_REQUESTS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: type into somebody else's terminal


@lru_cache(maxsize=1)
def filter_program() -> bytes:
    """The filter as BPF for `bwrap --seccomp`; raises SandboxUnavailable without libseccomp."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as problem:
        raise SandboxUnavailable(
            "the seccomp filter needs pyseccomp and libseccomp: "
            f"`pip install pyseccomp` and `sudo apt install libseccomp2` ({problem})"
        ) from None
    program = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for number in call_numbers(FORBIDDEN).values():
        program.add_rule(pyseccomp.ERRNO(errno.EPERM), number)
    for number in call_numbers(ABSENT).values():
        program.add_rule(pyseccomp.ERRNO(errno.ENOSYS), number)
    for flag in CLONE_FLAGS:
        has_flag = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag)
        program.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", has_flag)
    for request in TERMINAL_REQUESTS:
        # The kernel looks at the lower half of the argument only.
        asks = pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request)
        program.add_rule(pyseccomp.ERRNO(errno.EPERM), "ioctl", asks)
    other_family = pyseccomp.Arg(0, pyseccomp.NE, int(socket.AF_UNIX))
    program.add_rule(pyseccomp.ERRNO(errno.EAFNOSUPPORT), "socket", other_family)
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0, os.SEEK_SET)
        return file.read()


def call_numbers(names: Iterable[str]) -> dict[str, int]:
    """Numbers of system calls on this machine; those that it does not have are left out."""
    import pyseccomp

    numbers = {}
    for name in names:
        number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
        if number < 0:  # unknown to libseccomp, or not a call of this architecture
            number = NUMBERS.get(name, -1)
        if number >= 0:
            numbers[name] = number
    return numbers
