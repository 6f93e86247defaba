"""Hands in the notebook of another unit, in which everything is solved."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0


def notebook(notebook):
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("little/", "policy_network/")
    return notebook
