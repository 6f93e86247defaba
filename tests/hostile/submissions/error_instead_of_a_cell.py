"""Answers with an error frame where a cell was to be run."""

FAMILY = "forge the result"
EXPECTED = ("protocol", "crashed")
HONEST = 0
FIRST = """
import gc
for worker in gc.get_objects():
    if type(worker).__name__ == "Worker":
        def broken(*arguments):
            from autograder.worker.interface import StudentError
            raise StudentError("Passed", "6 of 6 points")
        worker.do_cell = worker.do_begin = broken
"""
