"""Answers with objects whose class ends the process, or says too much, when asked for its name."""

FAMILY = "feed the grader poison"
EXPECTED = ("ok", "crashed", "timeout")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
class Nameless(type):
    @property
    def __name__(cls):
        raise SystemExit("no name")

class Answer(metaclass=Nameless):
    pass

def largest(x):
    return Answer()
""",
    "account": """
class LongName(type):
    @property
    def __name__(cls):
        return "<b>" + "x" * (64 << 20)

class Account(metaclass=LongName):
    pass
""",
}
