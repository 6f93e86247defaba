"""Sleeps a little less than is allowed, in a thousand cells."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
LOST = True
SOLVED = ("double",)


def notebook(notebook):
    for _ in range(1000):
        cell = {"cell_type": "code", "source": "import time; time.sleep(4.5)", "metadata": {}}
        notebook["cells"].append(cell)
    return notebook
