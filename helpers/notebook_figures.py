"""Figures that a notebook shows once, with a text for people who cannot see them.

Their background is white, so that they can be read in a light and in a dark notebook.
"""

from __future__ import annotations

import base64
import html
import io
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from helpers.cells import current_cell

if TYPE_CHECKING:
    from IPython.display import DisplayHandle
    from matplotlib.figure import Figure

#: Pixels of the picture for each one that it takes on the page: sharp on modern screens.
_DPI = 144


def new_figure(width: float, height: float, alternative: str = "") -> Figure:
    """An empty figure of this size in inches.

    alternative: what the finished figure shows, in words; `describe` says it later.
    """
    from matplotlib import pyplot

    with warnings.catch_warnings():
        # Jupyter closes the figures of a cell at its end; a cell may well draw more than twenty.
        warnings.filterwarnings("ignore", "More than", RuntimeWarning)
        figure = pyplot.figure(
            figsize=(width, height), layout="constrained", FigureClass=_notebook_figure()
        )
    describe(figure, alternative)
    return figure


def describe(figure: Figure, alternative: str) -> None:
    """Say in words what the figure shows, for screen readers."""
    figure._alternative_text = alternative  # type: ignore[attr-defined]


def alternative_text(figure: Figure) -> str:
    """What the figure shows, in words."""
    return getattr(figure, "_alternative_text", "")


def show(figure: Figure) -> None:
    """Display the figure in the cell that runs now."""
    show_in_place(figure, None)


def show_in_place(figure: Figure, handle: DisplayHandle | None, dpi: int = _DPI) -> DisplayHandle:
    """Display the figure, in the place of an earlier one if there is a handle; returns one."""
    width = round(100 * figure.get_figwidth())
    return show_picture(_png_bytes(figure, dpi), width, alternative_text(figure), handle)


def show_picture(png: bytes, width: int, text: str, handle: DisplayHandle | None) -> DisplayHandle:
    """Display a PNG, in the place of an earlier one if there is a handle; returns one.

    width: on the page, in pixels. text: what it shows. JupyterLab reads no alternative text beside
    a PNG: a picture that has one is also given as HTML.
    """
    from IPython.display import display

    encoded = base64.b64encode(png).decode("ascii")
    data, size = {"image/png": encoded, "text/plain": text or "A picture."}, {"width": width}
    metadata: dict[str, Any] = {"image/png": size}
    if text:
        data["text/html"] = (
            f'<img src="data:image/png;base64,{encoded}" width="{width}" style="max-width: 100%" '
            f'alt="{html.escape(text)}">'
        )
        metadata = {"image/png": {**size, "alt": text}}
    if handle is None:
        return display(data, metadata=metadata, raw=True, display_id=True)
    handle.update(data, metadata=metadata, raw=True)
    return handle


def _png_bytes(figure: Figure, dpi: int) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


@cache
def _notebook_figure() -> type[Figure]:
    """The class of our figures; created on first use, because matplotlib is slow to import."""
    from matplotlib.figure import Figure

    class NotebookFigure(Figure):
        """A figure that each cell of a notebook shows once.

        Jupyter shows the value of a cell's last line and, at the end of the cell, every figure
        that is open: without this class, a returned figure appears twice.
        """

        _shown_in_cell: str | None = None

        def _ipython_display_(self) -> None:
            cell = current_cell()
            if cell is not None and cell != self._shown_in_cell:
                show(self)
                self._shown_in_cell = cell

    return NotebookFigure
