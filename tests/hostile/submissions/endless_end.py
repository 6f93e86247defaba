"""Loops in a destructor, at exit, and in an import."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
SOLVED = ("double",)
LAST = """
import atexit
class Sticky:
    def __del__(self):
        while True:
            pass
atexit.register(Sticky().__del__)
with open("endless.py", "w") as file:
    file.write("while True: pass")
import sys
sys.path.insert(0, ".")
import endless
"""
