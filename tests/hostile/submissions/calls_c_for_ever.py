"""Holds Python's own lock inside a function written in C that never comes back."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "account": """
import ctypes

class Account:
    total = 0
    def add(self, amount):
        sum(iter(int, 1))
""",
    "largest": """
def largest(x):
    ctypes.PyDLL(None).pause()
""",
}
FIRST = "import ctypes"
