"""Gives every cell the same id, and every exercise the name of the one that is solved."""

FAMILY = "malformed notebook"
HONEST = 2
SOLVED = ("double",)


def notebook(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "double"
        if "check-" not in str(cell["metadata"]) and "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = "double"
    return notebook
