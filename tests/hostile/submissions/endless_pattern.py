"""Matches a regular expression that never ends, in C, where no Python signal arrives."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
LAST = "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')"
