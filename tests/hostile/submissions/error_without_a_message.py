"""Fails in its cell with an exception that says nothing, and one that cannot be printed."""

FAMILY = "feed the grader poison"
EXPECTED = ("ok", "crashed")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": "assert False",
    "account": """
class Mute(Exception):
    def __str__(self):
        raise self
    __repr__ = __str__

class Account:
    def add(self, amount):
        raise Mute
""",
}
