"""Kills every process that it may kill."""

FAMILY = "touch the host"
EXPECTED = "crashed"
HONEST = 2
SOLVED = ("double",)
LAST = """
import os
for number in (os.getppid(), 1, -1, 0):
    try:
        os.kill(number, 9)
    except OSError:
        pass
"""
