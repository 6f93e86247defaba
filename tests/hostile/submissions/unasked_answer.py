"""Writes an answer into the pipe before anything was asked."""

FAMILY = "forge the result"
EXPECTED = "protocol"
HONEST = 2
LOST = True
SOLVED = ("double",)
LAST = """
import os
import struct
text = b'{"value": true, "arrays": []}'
for sequence in range(1, 60):
    os.write(4, struct.pack("<4sIIIQ", b"RLG1", sequence, 2, len(text), 0) + text)
"""
