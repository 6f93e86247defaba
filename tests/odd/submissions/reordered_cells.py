"""Has its cells in reverse order."""


def notebook(notebook):
    notebook["cells"].reverse()
    return notebook
