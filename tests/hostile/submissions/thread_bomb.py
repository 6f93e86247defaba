"""Starts threads until it cannot."""

FAMILY = "exhaust"
EXPECTED = ("ok", "timeout", "crashed")
HONEST = 2
SOLVED = ("double",)
LAST = """
import threading
while True:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
"""
