"""Empties the table of modules and what the worker's functions stand on."""

FAMILY = "die"
EXPECTED = ("crashed", "protocol", "ok")
HONEST = 2
LOST = True
SOLVED = ("double",)
LAST = "import sys\nsys.modules.clear()\nimport builtins\nbuiltins.__dict__.clear()"
