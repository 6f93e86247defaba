"""Puts /dev/null in place of its ends of the pipe."""

FAMILY = "die"
EXPECTED = ("protocol", "crashed", "timeout")
HONEST = 2
LOST = True
SOLVED = ("double",)
LAST = """
import os
nothing = os.open("/dev/null", os.O_RDWR)
os.dup2(nothing, 3)
os.dup2(nothing, 4)
"""
