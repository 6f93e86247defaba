"""Raises the points of its checks to 500 and makes every cell its own."""

FAMILY = "malformed notebook"
HONEST = 2
SOLVED = ("double",)


def notebook(notebook):
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 500, "grade": True, "locked": False}
            cell["metadata"]["nbgrader"] |= {"solution": True, "schema_version": -3}
    return notebook
