"""Replaces the worker's own methods, so that it answers every question with `True`."""

FAMILY = "rewrite what is run later"
EXPECTED = ("ok", "protocol")
HONEST = 0
LAST = """
from autograder.worker.local import LocalStudent
for name in ("call", "call_method", "get", "read", "parameters", "gradients"):
    setattr(LocalStudent, name, lambda *arguments, **keywords: True)
"""
