"""Hands in fifty megabytes."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0
SOLVED = ("double",)


def notebook(notebook):
    notebook["metadata"]["padding"] = "x" * (50 << 20)
    return notebook
