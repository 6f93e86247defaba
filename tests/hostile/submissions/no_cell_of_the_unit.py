"""Hands in cells of its own only."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0


def notebook(notebook):
    source = "double = largest = Account = lambda *arguments: None"
    return {"cells": [{"cell_type": "code", "source": source, "metadata": {}, "id": "a"}]}
