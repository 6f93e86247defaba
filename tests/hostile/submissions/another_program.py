"""Becomes another program, which keeps the pipe open."""

FAMILY = "die"
EXPECTED = "timeout"
HONEST = 4
SOLVED = ("double", "account")
CELLS = {
    "largest": """
import os

def largest(x):
    os.set_inheritable(3, True)
    os.set_inheritable(4, True)
    os.execv("/bin/sh", ["sh", "-c", "sleep 100000"])
""",
}
