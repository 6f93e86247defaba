"""Asks for packet, netlink and vsock sockets."""

FAMILY = "talk outside"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import socket
made = []
for family in (2, 10, 16, 17, 31, 38, 40, 44):
    for kind in (1, 2, 3):
        try:
            socket.socket(family, kind).close()
            made.append((family, kind))
        except OSError:
            pass
if made:
    raise RuntimeError("FOUND " + str(made))
""",
}
