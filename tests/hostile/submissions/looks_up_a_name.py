"""Hides its message in the question to a name server, and downloads a package."""

FAMILY = "talk outside"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import socket
import urllib.request
reached = []
for call in (lambda: socket.getaddrinfo("example.org", 80), lambda: socket.gethostbyname("a.test"),
             lambda: urllib.request.urlopen("http://127.0.0.1:@PORT@/", timeout=1)):
    try:
        reached.append(call())
    except OSError:
        pass
if reached:
    raise RuntimeError("FOUND " + str(reached))
""",
}
