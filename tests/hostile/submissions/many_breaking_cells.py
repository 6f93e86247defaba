"""Ends its process in each of a thousand cells, to be started again and again."""

FAMILY = "exhaust"
EXPECTED = "crashed"
HONEST = 2
LOST = True
SOLVED = ("double",)


def notebook(notebook):
    for number in range(1000):
        source = f"import os; os._exit({number % 200})"
        notebook["cells"].append({"cell_type": "code", "source": source, "metadata": {}})
    return notebook
