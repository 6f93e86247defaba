"""Has numbers, lists and nothing where texts and maps should stand."""

FAMILY = "malformed notebook"
HONEST = 2
SOLVED = ("double",)


def notebook(notebook):
    odd = [None, 7, "cell", [], {}, {"cell_type": 7, "source": {"a": 1}, "metadata": 3, "id": []}]
    notebook["cells"] = odd + notebook["cells"] + odd
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = "many", {"a": "number"}
    return notebook
