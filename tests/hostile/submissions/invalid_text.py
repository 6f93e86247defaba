"""Answers and errors with lone surrogates, NUL, control characters and bytes that are no text."""

FAMILY = "feed the grader poison"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": "def largest(x):\n    raise ValueError('\\ud800 \\x00 \\x1b[2J \\u202e \\ufdd0')",
    "account": """
class Account:
    def __init__(self):
        self.total = "\\udfff"
    def add(self, amount):
        return {"\\ud8ff": "\\x00"}
""",
}
