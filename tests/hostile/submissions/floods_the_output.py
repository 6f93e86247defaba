"""Writes for ever to the descriptors below `print`."""

FAMILY = "exhaust"
EXPECTED = "too much output"
HONEST = 2
SOLVED = ("double",)
LAST = "import os\nwhile True:\n    os.write(1, b'spam ' * 1000)\n    os.write(2, b'spam ' * 1000)"
