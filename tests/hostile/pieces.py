"""Code that several hostile submissions share."""

from __future__ import annotations

from textwrap import indent

#: The checks' test doubles, replaced by ones that confirm everything that they are asked.
CONFIRMING_DOUBLES = """
from autograder.worker import doubles, local

class Confirms(doubles.Double):
    count = 1

    def __init__(self, parameters, answer, *others, **keywords):
        super().__init__(parameters, answer, *others, **keywords)
        self.parameters, self.answer = parameters, answer

    def __call__(self, *arguments, **keywords):
        return self.answer(0, [*arguments, *keywords.values()])

    def given(self, call, name):
        return self.answer(0, [None] * len(self.parameters))

    def result(self, call):
        return self.answer(0, [None] * len(self.parameters))

    def tracked(self, call, name):
        return True

doubles.Double = local.Double = Confirms
"""


def in_the_process_that_loads(code: str) -> str:
    """An answer to `store` that runs the code only in the other process that loads a file."""
    return f"""
import os

kept = []

def keep(x, path):
    kept.append(x)
    open(path, "wb").write(b"nothing")

def read_back(path):
    if not kept:
{indent(code, " " * 8)}
    return kept[0]
"""
