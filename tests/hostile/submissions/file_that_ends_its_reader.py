"""Ends the other process that is asked to load a file, and only that one."""

from tests.hostile.pieces import in_the_process_that_loads

FAMILY = "die"
EXPECTED = ("crashed",)
HONEST = 2
SOLVED = ("double",)
CELLS = {"store": in_the_process_that_loads("os._exit(3)")}
