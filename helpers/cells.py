"""Which cell of a notebook is running."""

from __future__ import annotations

import sys


def current_cell() -> str | None:
    """Return the id of the notebook cell that is running; None outside a notebook.

    It is the id of Jupyter's request. The execution count would not do: when IPython 8 shows the
    figures that a cell leaves open, it already belongs to the next cell.
    """
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return str(shell.get_parent().get("header", {}).get("msg_id"))
