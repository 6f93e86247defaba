"""Answers with complex numbers, texts, objects, dates, booleans and bytes."""

FAMILY = "feed the grader poison"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
answers = [
    np.zeros(6, complex), np.array(["a"] * 6), np.array([None] * 6), b"abc", {1: 2},
    np.zeros(6, "M8[s]"), np.zeros(6, [("a", "f4")]), np.ma.masked_all(6), range(6), object,
]
def largest(x):
    return answers.pop()
""",
    "account": """
class Account:
    def __init__(self):
        self.totals = iter([None, True, "7", [1, [2, [3]]], {"a": None}, {1, 2}, 1j, ...])
    @property
    def total(self):
        return next(self.totals)
    def add(self, amount):
        pass
""",
}
