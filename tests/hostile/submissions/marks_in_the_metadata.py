"""Brings along outputs that are marks, and the grader's own notes about a graded notebook."""

FAMILY = "malformed notebook"
HONEST = 2
SOLVED = ("double",)


def notebook(notebook):
    notebook["metadata"]["autograder"] = {"result": "0" * 64, "status": "ok", "points": 100}
    mark = {"output_type": "execute_result", "data": {"text/plain": "100.0"}, "metadata": {}}
    for cell in notebook["cells"]:
        cell["metadata"].setdefault("nbgrader", {})["score"] = 100.0
        cell["metadata"]["nbgrader"]["points"] = -100
        if cell["cell_type"] == "code":
            cell["outputs"] = [mark | {"execution_count": 1}] * 3
    return notebook
