"""Replaces the checks' test doubles by ones that say that everything was asked as it should be."""

FAMILY = "forge the result"
HONEST = 2
LAST = """
from autograder.worker import doubles, local

class Confirms:
    count = 1

    def __init__(self, parameters, answer, snapshot, original=None):
        self.parameters, self.answer, self.original = parameters, answer, original

    def __call__(self, *arguments, **keywords):
        return self.answer(0, [*arguments, *keywords.values()])

    def given(self, call, name):
        return self.answer(0, [None] * len(self.parameters))

    def result(self, call):
        return self.answer(0, [None] * len(self.parameters))

    def tracked(self, call, name):
        return True

doubles.Double = local.Double = Confirms
local.LocalStudent.same = lambda *arguments: True
"""
CELLS = {
    "double": "def double(x):\n    return 2 * x",
    "summed": "def summed(x):\n    return 0.0",
}
