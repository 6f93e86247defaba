"""Computes for ever in the other process that is asked to load a file, and only there."""

FAMILY = "die"
EXPECTED = ("timeout",)
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "store": """
kept = []

def keep(x, path):
    kept.append(x)
    open(path, "wb").write(b"nothing")

def read_back(path):
    while not kept:
        pass
    return kept[0]
""",
}
