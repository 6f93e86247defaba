"""Answers with hundreds of thousands of lists, of different lengths and within each other."""

FAMILY = "exhaust"
EXPECTED = ("ok", "timeout")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": "def largest(x):\n    return [[[[[]]]]] * 60_000",
    "account": """
class Account:
    @property
    def total(self):
        return [[1] * (n % 7) for n in range(40_000)]
    def add(self, amount):
        return {str(n): {} for n in range(50_000)}
""",
    "reading": """
def reading():
    ragged = [[], [[]], 1, [[[1]]]] * 50_000
    return {"sums": ragged, "letters": ragged, "rows": ragged}
""",
}
