"""Sleeps for ever where the questions begin."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 0
LAST = """
import time
from autograder.worker.local import LocalStudent
LocalStudent.__init__ = lambda self, *arguments: time.sleep(1e9)
"""
