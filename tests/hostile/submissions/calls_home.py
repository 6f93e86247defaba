"""Sends what it knows over TCP and UDP, to loopback and to the world."""

FAMILY = "talk outside"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import socket
sent = []
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "192.0.2.1"),
                        (socket.AF_INET6, "::1")):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as out:
                out.settimeout(1)
                out.connect((address, @PORT@))
                out.send(b"hostile")
                sent.append(address)
        except OSError:
            pass
if sent:
    raise RuntimeError("FOUND " + str(sent))
""",
}
