"""Never comes back from a cell."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
LAST = "while True:\n    pass"
