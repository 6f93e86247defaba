"""Makes files of a terabyte that hold nothing, and links, folders and names without end."""

FAMILY = "exhaust"
EXPECTED = ("ok", "memory", "crashed")
HONEST = 2
SOLVED = ("double",)
LAST = """
import os

for n in range(50):
    try:
        with open(f"/tmp/@MARK@{n}", "wb") as file:
            os.truncate(file.fileno(), 1 << 40)
    except OSError:
        pass
try:
    os.makedirs("/tmp/" + "/".join(["@MARK@"] * 250))
    for n in range(10**6):
        os.symlink("/etc/passwd", f"/tmp/@MARK@link{n}")
except OSError:
    pass
"""
