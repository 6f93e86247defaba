"""Forks until it cannot, in every child again."""

FAMILY = "exhaust"
EXPECTED = ("timeout", "crashed", "ok", "memory", "protocol")
HONEST = 2
SOLVED = ("double",)
LAST = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
