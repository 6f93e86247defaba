"""Deletes the check cells and says in their place that everything is right."""

FAMILY = "malformed notebook"
HONEST = 2
SOLVED = ("double",)


def notebook(notebook):
    for cell in notebook["cells"]:
        if "check-" in str(cell["metadata"]):
            cell["source"] = "print('6 of 6 points')\n6.0"
    return notebook
