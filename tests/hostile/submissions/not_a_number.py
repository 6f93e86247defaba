"""Answers with nan, infinities and huge numbers."""

FAMILY = "feed the grader poison"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": "def largest(x):\n    return np.full(6, np.nan)",
    "account": """
class Account:
    total = float("inf")
    def add(self, amount):
        self.total = 10**400
        return float("nan")
""",
}
