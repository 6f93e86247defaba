"""Replaces built-in functions by ones that always say yes."""

FAMILY = "rewrite what is run later"
EXPECTED = ("ok", "crashed", "protocol")
HONEST = 2
LOST = True
SOLVED = ("double",)
LAST = """
import builtins
import math
builtins.all = builtins.any = lambda *arguments: True
builtins.abs = lambda value: 0
math.isclose = lambda *arguments, **keywords: True
"""
