"""Answers with many short texts and a single long one: a huge table, if made an array."""

FAMILY = "exhaust"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": "def largest(x):\n    return ['x' * 4_000] + ['y'] * 40_000",
    "reading": """
def reading():
    return {"sums": ["x" * 400_000] + ["y"] * 100_000}
""",
}
