"""Writes a cell as a list of a million lines, and attaches a million pictures to another."""

FAMILY = "malformed notebook"
EXPECTED = ("ok", "invalid notebook")
HONEST = 2
LOST = True
SOLVED = ("double",)


def notebook(notebook):
    cells = notebook["cells"]
    cells.append({"cell_type": "code", "source": ["#\n"] * 1_000_000, "metadata": {}})
    pictures = {f"{n}.png": {"image/png": ""} for n in range(100_000)}
    cells.append({"cell_type": "markdown", "source": "", "metadata": {}, "attachments": pictures})
    return notebook
