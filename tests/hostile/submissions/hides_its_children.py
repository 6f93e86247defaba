"""Burns processor time in children that the kernel is told to forget at once."""

FAMILY = "make the grader unfair"
EXPECTED = ("ok", "timeout")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "account": """
import os
import signal
import time

class Account:
    total = 0
    def add(self, amount):
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            if os.fork() == 0:
                end = time.monotonic() + 0.05
                while time.monotonic() < end:
                    pass
                os._exit(0)
            time.sleep(0.06)
""",
}
