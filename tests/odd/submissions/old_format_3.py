"""Is of notebook format 3, with worksheets and `input` in place of `source`."""


def notebook(notebook):
    cells = []
    for cell in notebook["cells"]:
        del cell["id"]
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["prompt_number"] = cell.pop("execution_count", None)
            cell["language"] = "python"
        cells.append(cell)
    sheets = [{"cells": cells[:20], "metadata": {}}, {"cells": cells[20:], "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}
