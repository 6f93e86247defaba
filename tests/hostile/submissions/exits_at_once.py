"""Ends its process below Python, with the status of success."""

FAMILY = "die"
EXPECTED = "crashed"
HONEST = 4
SOLVED = ("double", "account")
CELLS = {"largest": "import os\n\ndef largest(x):\n    os._exit(0)"}
