"""Gives its process a name that looks like the kernel's own numbers, then never ends."""

FAMILY = "make the grader unfair"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "account": """
import ctypes

ctypes.CDLL(None).prctl(15, b") S 0 0 0 0 0 0", 0, 0, 0)

class Account:
    total = 0
    def add(self, amount):
        while True:
            pass
""",
}
