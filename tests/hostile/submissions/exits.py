"""Leaves with sys.exit, in a cell and in an answer."""

FAMILY = "die"
HONEST = 4
SOLVED = ("double", "account")
CELLS = {"largest": "import sys\n\ndef largest(x):\n    sys.exit(0)"}
LAST = "import sys\nsys.exit(0)"
