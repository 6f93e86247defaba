"""Computes for ever in the other process that is asked to load a file, and only there."""

from tests.hostile.pieces import in_the_process_that_loads

FAMILY = "die"
EXPECTED = ("timeout",)
HONEST = 2
SOLVED = ("double",)
CELLS = {"store": in_the_process_that_loads("while True:\n    pass")}
