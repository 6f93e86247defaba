"""Names millions of rows in the answer to a question about six."""

FAMILY = "exhaust"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "reading": """
def reading():
    return {"letters": "fbd" * 100_000, "rows": np.zeros(15 << 20, np.int8)}
""",
}
