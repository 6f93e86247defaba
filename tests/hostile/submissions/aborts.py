"""Aborts its process."""

FAMILY = "die"
EXPECTED = "crashed"
HONEST = 2
SOLVED = ("double",)
LAST = "import os\nos.abort()"
