"""Ignores every signal, raises its own limits and its priority, then computes for ever."""

FAMILY = "make the grader unfair"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "account": """
import os
import resource
import signal

def wanted():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    for limit in range(16):
        try:
            resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (OSError, ValueError):
            pass
    for call in (
        lambda: os.nice(-20),
        lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)),
        lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
        lambda: os.sched_setaffinity(0, range(os.cpu_count())),
    ):
        try:
            call()
        except OSError:
            pass

class Account:
    total = 0
    def add(self, amount):
        wanted()
        while True:
            pass
""",
}
