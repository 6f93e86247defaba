"""Takes all memory in the other process that is asked to load a file, and only there."""

FAMILY = "die"
EXPECTED = ("memory", "timeout")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "store": """
kept = []

def keep(x, path):
    kept.append(x)
    open(path, "wb").write(b"nothing")

def read_back(path):
    if not kept:
        import ctypes
        libc = ctypes.CDLL(None)
        libc.malloc.restype = ctypes.c_void_p
        while True:
            place = libc.malloc(1 << 20)
            if place:
                ctypes.memset(place, 1, 1 << 20)
    return kept[0]
""",
}
