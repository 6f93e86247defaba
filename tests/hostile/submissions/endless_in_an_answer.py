"""Answers the first exercise and never comes back from the second; the third is answered again."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 4
SOLVED = ("double", "account")
CELLS = {"largest": "def largest(x):\n    while True:\n        pass"}
