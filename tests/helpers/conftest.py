"""What the tests of the make_helper share: a real notebook kernel."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import nbformat
import pytest
from nbclient import NotebookClient

REPOSITORY = Path(__file__).parents[2]

#: The outputs of one cell, as they stand in the notebook file.
Outputs: TypeAlias = list[dict[str, Any]]


@pytest.fixture(scope="session")
def run_cells() -> Callable[..., list[Outputs]]:
    """Execute cells in a fresh kernel, as on a server without a screen; outputs of each cell."""

    def run(*cells: str) -> list[Outputs]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        environment = {k: v for k, v in os.environ.items() if k not in _SCREEN}
        environment["PYTHONPATH"] = str(REPOSITORY)
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute(env=environment)
        return [cell.outputs for cell in notebook.cells]

    return run


#: Without these a kernel has no screen, and draws inside the notebook as Jupyter's own kernel does.
_SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "MPLBACKEND")
