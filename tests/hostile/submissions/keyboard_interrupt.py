"""Raises what the grader takes for the instructor's Ctrl-C."""

FAMILY = "die"
EXPECTED = ("crashed", "ok")
HONEST = 4
SOLVED = ("double", "account")
CELLS = {"largest": "def largest(x):\n    raise KeyboardInterrupt"}
