"""Ends, stops or floods the other process that is asked to load a file, and only that one."""

FAMILY = "die"
EXPECTED = ("crashed",)
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
    if not kept:
        os._exit(3)
    return kept[0]
""",
}
