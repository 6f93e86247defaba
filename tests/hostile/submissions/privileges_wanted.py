"""Asks the kernel for other users, mounts, namespaces, devices and real-time priority."""

FAMILY = "touch the host"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import ctypes
import os
import resource
libc = ctypes.CDLL(None, use_errno=True)
got = []
def tries(name, call):
    try:
        if call() in (0, None):
            got.append(name)
    except (OSError, ValueError):
        pass
if os.getuid() != 0:
    tries("setuid", lambda: os.setuid(0))
tries("mount", lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))
tries("unshare", lambda: libc.unshare(0x10000000))
tries("chroot", lambda: os.chroot("/tmp"))
tries("mknod", lambda: os.mknod("disk", 0o60600, os.makedev(8, 0)))
tries("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, -20))
tries("limits", lambda: resource.setrlimit(resource.RLIMIT_NPROC, (10**6, 10**6)))
if got:
    raise RuntimeError("FOUND " + str(got))
""",
}
