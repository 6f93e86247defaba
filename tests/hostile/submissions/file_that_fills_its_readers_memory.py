"""Takes all memory in the other process that is asked to load a file, and only there."""

from tests.hostile.pieces import in_the_process_that_loads

FAMILY = "die"
EXPECTED = ("memory", "timeout")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "store": in_the_process_that_loads("""
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
while True:
    place = libc.malloc(1 << 20)
    if place:
        ctypes.memset(place, 1, 1 << 20)
""")
}
