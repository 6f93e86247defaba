"""Answers with as many numbers as may cross the border, in a shape that multiplies itself."""

FAMILY = "exhaust"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": "def largest(x):\n    return np.zeros((4 << 20, 1), np.int8)",
    "account": """
class Account:
    total = np.zeros((1, 4 << 20), np.int8)
    def add(self, amount):
        return [["x" * 100] * 100] * 50
""",
}
