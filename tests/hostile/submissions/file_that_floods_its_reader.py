"""Prints without end in the other process that is asked to load a file, and only there."""

FAMILY = "die"
EXPECTED = ("too much output",)
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "store": """
import os

kept = []

def keep(x, path):
    kept.append(x)
    open(path, "wb").write(b"nothing")

def read_back(path):
    while not kept:
        os.write(1, b"x" * 65536)
    return kept[0]
""",
}
