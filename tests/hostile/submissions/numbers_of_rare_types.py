"""Answers rightly in the other byte order, and wrongly in types that no border knows."""

FAMILY = "feed the grader poison"
HONEST = 6
CELLS = {
    "double": "def double(x):\n    return np.asfortranarray(2 * x).astype('>f8')",
    "largest": "def largest(x):\n    return x.argmax(axis=1).astype('>i2')[::-1][::-1]",
    "summed": "def summed(x):\n    return np.longdouble(double(x).sum())",
    "account": """
class Account:
    total = np.longdouble(5)
    def add(self, amount):
        return np.array([1], "datetime64[s]"), np.zeros(2, "i4,f8"), np.array([None])
""",
    "reading": """
def reading():
    return {"sums": np.array([3.5, 11, -2.25]) + 1j, "letters": np.array(["f", "b", "d"]),
            "rows": np.ma.masked_array([0, 3, 4, 5], [0, 0, 0, 1])}
""",
}
