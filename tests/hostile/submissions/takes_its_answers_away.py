"""Opens its end of the pipe anew and reads what the grader is about to read."""

FAMILY = "forge the result"
EXPECTED = ("ok", "protocol", "timeout", "crashed")
HONEST = 2
LOST = True
SOLVED = ("double",)
LAST = """
import os
import threading

def drink(pipe):
    while True:
        os.read(pipe, 1)

threading.Thread(target=drink, args=(os.open("/proc/self/fd/4", os.O_RDONLY),), daemon=True).start()
"""
