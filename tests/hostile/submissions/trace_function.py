"""Lets a trace function change what the worker is about to send."""

FAMILY = "rewrite what is run later"
EXPECTED = ("ok", "crashed", "protocol", "timeout")
HONEST = 0
LAST = """
import sys

def trace(frame, event, argument):
    if "passed" in frame.f_locals:
        frame.f_locals["passed"] = True
    if "value" in frame.f_locals and frame.f_code.co_name == "_request":
        frame.f_locals["value"] = True
    return trace

sys.settrace(trace)
"""
