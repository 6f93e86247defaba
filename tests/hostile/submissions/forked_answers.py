"""Forks in the middle of a question, so that two processes answer it."""

FAMILY = "forge the result"
EXPECTED = "protocol"
HONEST = 2
SOLVED = ("double",)
CELLS = {"largest": "import os\n\ndef largest(x):\n    os.fork()\n    return x[:, 0]"}
