"""Closes the pipe and goes on living."""

FAMILY = "die"
EXPECTED = "protocol"
HONEST = 4
SOLVED = ("double", "account")
CELLS = {
    "largest": """
import os
import time

def largest(x):
    os.close(3)
    os.close(4)
    time.sleep(1000)
""",
}
