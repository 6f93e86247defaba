"""Leaves threads that use up the processor while later questions are asked."""

FAMILY = "exhaust"
EXPECTED = ("timeout", "ok")
HONEST = 6
LOST = True
SOLVED = ("double", "largest", "account")
LAST = """
import threading
def burn():
    while True:
        pass
for _ in range(3):
    threading.Thread(target=burn, daemon=True).start()
"""
