"""Fills the memory piece by piece and keeps it."""

FAMILY = "exhaust"
EXPECTED = ("ok", "memory", "crashed")
HONEST = 2
SOLVED = ("double",)
LAST = """
pieces = []
while True:
    pieces.append(bytearray(b"x" * (16 << 20)))
"""
