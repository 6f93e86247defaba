"""Leaves a daemon by forking twice, and ends."""

FAMILY = "die"
EXPECTED = ("crashed", "protocol")
HONEST = 2
SOLVED = ("double",)
LAST = """
import os
import signal
import time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            time.sleep(1)
    os._exit(0)
os._exit(0)
"""
