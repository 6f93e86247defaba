"""Trains and shows its agent in copies of the given training cells."""

import copy


def notebook(notebook):
    cells = []
    for cell in notebook["cells"]:
        cells.append(cell)
        if "train_agent(" in "".join(cell["source"]) and cell["cell_type"] == "code":
            twin = copy.deepcopy(cell)
            twin["id"] = f"again-{len(cells)}"
            twin["source"] = "".join(twin["source"]).replace("seed=1", "seed=2")
            cells.append(twin)
    return {**notebook, "cells": cells}
