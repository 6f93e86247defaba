"""Sleeps, which uses no processor time."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 4
SOLVED = ("double", "account")
CELLS = {"largest": "import time\n\ndef largest(x):\n    time.sleep(1e9)"}
