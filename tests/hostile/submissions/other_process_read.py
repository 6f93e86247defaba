"""Reads the memory of the process above it."""

FAMILY = "read the answer"
EXPECTED = ("ok", "crashed")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import ctypes
import os
found = []
for number in (os.getppid(), 1):
    if number == os.getpid():
        continue
    try:
        with open(f"/proc/{number}/mem", "rb") as memory:
            for line in open(f"/proc/{number}/maps"):
                if "heap" in line:
                    memory.seek(int(line.split("-")[0], 16))
                    found.append(b"HOSTILE_TEST_SECRET" in memory.read(1 << 20))
    except OSError:
        pass
ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)
if any(found):
    raise RuntimeError("FOUND")
""",
}
