"""Is of notebook format 4.0, which has no cell ids."""


def notebook(notebook):
    for cell in notebook["cells"]:
        del cell["id"]
    return {**notebook, "nbformat": 4, "nbformat_minor": 0}
