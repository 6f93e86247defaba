"""Recurses until the stack ends, with Python's own limit lifted."""

FAMILY = "exhaust"
EXPECTED = ("crashed", "ok", "timeout", "memory")
HONEST = 2
SOLVED = ("double",)
LAST = """
import sys
sys.setrecursionlimit(10**9)
def deeper(n):
    return sorted([1], key=lambda _: deeper(n + 1))
deeper(0)
"""
