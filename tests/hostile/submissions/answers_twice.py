"""Sends every answer twice."""

FAMILY = "forge the result"
EXPECTED = "protocol"
HONEST = 2
LOST = True
SOLVED = ("double",)
LAST = """
import __main__
import sys
write = sys.modules["__main__"].__dict__.get("_write")
import gc
for function in gc.get_objects():
    if type(function).__name__ == "function" and function.__qualname__ == "_write":
        original = function.__globals__["_write"]
        function.__globals__["_write"] = lambda data: (original(data), original(data))
"""
