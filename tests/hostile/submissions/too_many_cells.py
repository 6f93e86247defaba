"""Hands in a hundred thousand cells."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0
SOLVED = ("double",)


def notebook(notebook):
    notebook["cells"] += [{"cell_type": "code", "source": "pass", "metadata": {}}] * 100_000
    return notebook
