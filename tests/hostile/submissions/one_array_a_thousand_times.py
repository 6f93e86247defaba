"""Refers to one large array a hundred thousand times."""

FAMILY = "feed the grader poison"
EXPECTED = "protocol"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import os
import struct

def largest(x):
    text = b'{"value": [' + b'{"array": 0},' * 60_000
    text += b'{"array": 0}], "arrays": [["|i1", [1000000]]]}'
    for sequence in range(8, 20):
        header = struct.pack("<4sIIIQ", b"RLG1", sequence, 2, len(text), 1000000)
        os.write(4, header + text + bytes(1000000))
""",
}
