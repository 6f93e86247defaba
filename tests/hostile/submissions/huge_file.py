"""Writes a file without end."""

FAMILY = "exhaust"
EXPECTED = ("ok", "crashed")
HONEST = 2
SOLVED = ("double",)
LAST = """
with open("@MARK@", "wb") as file:
    while True:
        file.write(bytes(1 << 20))
"""
