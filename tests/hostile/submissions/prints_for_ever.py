"""Prints for ever; what is too much is dropped, so its time ends it."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
LAST = "while True:\n    print('spam ' * 100)"
