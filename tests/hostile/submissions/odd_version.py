"""Says that it is of a format that does not exist."""

FAMILY = "malformed notebook"
HONEST = 2
SOLVED = ("double",)


def notebook(notebook):
    return {**notebook, "nbformat": 99, "nbformat_minor": -1, "metadata": ["not", "a", "map"]}
