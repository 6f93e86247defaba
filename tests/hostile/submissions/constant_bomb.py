"""Lets the compiler compute a number with ten thousand million digits, and nest without end."""

FAMILY = "exhaust"
EXPECTED = ("ok", "timeout", "memory", "crashed")
HONEST = 2
SOLVED = ("double",)
LAST = """
try:
    exec("(" * 100_000 + ")" * 100_000)
except (SyntaxError, MemoryError, RecursionError):
    pass
x = 9 ** 9 ** 9
"""
