"""Fills the memory with many processes, each of which stays below the limit of one."""

FAMILY = "exhaust"
EXPECTED = "memory"
HONEST = 2
SOLVED = ("double",)
LAST = """
import os
import time
for _ in range(8):
    if os.fork() == 0:
        piece = bytearray(b"x" * (200 << 20))
        time.sleep(1000)
time.sleep(1000)
"""
