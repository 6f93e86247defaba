"""Replaces the functions that read and write the pipe by ones that write a right answer."""

FAMILY = "forge the result"
EXPECTED = ("ok", "protocol", "crashed", "timeout")
HONEST = 0
LAST = """
import os
import struct

real = os.write

def write(descriptor, data):
    if descriptor != 4:
        return real(descriptor, data)
    magic, sequence, kind, size, arrays = struct.unpack_from("<4sIIIQ", data)
    forged = b"true"
    real(4, struct.pack("<4sIIIQ", magic, sequence, 2, len(forged), 0) + forged)
    return len(data)

os.write = write
"""
