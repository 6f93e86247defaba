"""Uses every core with many processes, so that its neighbours run out of time."""

FAMILY = "make the grader unfair"
EXPECTED = ("timeout", "ok")
HONEST = 2
SOLVED = ("double",)
LAST = """
import os
for _ in range(20):
    if os.fork() == 0:
        while True:
            pass
while True:
    pass
"""
