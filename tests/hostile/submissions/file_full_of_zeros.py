"""Saves a file as large as may be, nearly all of it zeros."""

FAMILY = "exhaust"
HONEST = 4
SOLVED = ("double",)
CELLS = {
    "store": """
def keep(x, path):
    with open(path, "wb") as file:
        np.save(file, x)
        file.truncate(8_300_000)

def read_back(path):
    return np.load(path)
""",
}
