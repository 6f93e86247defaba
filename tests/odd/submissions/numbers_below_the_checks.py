"""Has cells whose values are numbers, which nbgrader would take for partial credit."""

LAST = "0\n0.0\n0"
ADDED = {"check-forward": "0", "check-loss": "1 - 1"}
