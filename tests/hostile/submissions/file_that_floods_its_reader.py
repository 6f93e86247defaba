"""Prints without end in the other process that is asked to load a file, and only there."""

from tests.hostile.pieces import in_the_process_that_loads

FAMILY = "die"
EXPECTED = ("too much output",)
HONEST = 2
SOLVED = ("double",)
CELLS = {"store": in_the_process_that_loads("while True:\n    os.write(1, b'x' * 65536)")}
