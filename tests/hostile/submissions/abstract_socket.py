"""Connects to an abstract Unix socket of the outside, which has no place in the file system."""

FAMILY = "talk outside"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import socket
with socket.socket(socket.AF_UNIX) as out:
    try:
        out.connect("\\0hostile-@PORT@")
        out.send(b"hostile")
        reached = True
    except OSError:
        reached = False
if reached:
    raise RuntimeError("FOUND an abstract socket")
""",
}
