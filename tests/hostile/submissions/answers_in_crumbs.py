"""Announces the largest possible answer and sends it byte by byte, as fast as it can."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import os
import struct

def largest(x):
    os.write(4, struct.pack("<4sIIIQ", b"RLG1", 1, 2, 1 << 20, 16 << 20))
    while True:
        os.write(4, b" ")
""",
}
