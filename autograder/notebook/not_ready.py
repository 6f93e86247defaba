"""The error of a notebook that cannot start: one sentence, without a traceback."""

from __future__ import annotations


class NotReady(Exception):
    """The notebook cannot start; a notebook shows the text alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]
