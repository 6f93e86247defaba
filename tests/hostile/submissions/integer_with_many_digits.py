"""Answers with whole numbers of thousands of digits, with and without a name of their own."""

FAMILY = "feed the grader poison"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import enum

class Huge(enum.IntEnum):
    NUMBER = 10**4200

def largest(x):
    return [Huge.NUMBER] * 6
""",
    "account": """
class Account:
    total = 10**100_000
    def add(self, amount):
        return -(10**4200)
""",
    "reading": """
def reading():
    return {"sums": [10**400] * 3, "letters": 10**4200, "rows": [2**64, -(2**63), 10**30]}
""",
}
