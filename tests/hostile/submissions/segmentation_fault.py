"""Reads where there is no memory."""

FAMILY = "die"
EXPECTED = "crashed"
HONEST = 2
SOLVED = ("double",)
LAST = "import ctypes\nctypes.string_at(0)"
