"""How far a training is: a bar in the notebook that stays when it is saved, a line elsewhere."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tqdm import tqdm

from helpers.cells import current_cell

if TYPE_CHECKING:
    from IPython.display import HTML, DisplayHandle

#: Seconds between two pictures of the bar.
_INTERVAL = 0.2
#: Of the part that is done: while it runs, when the goal is reached, when it has ended without.
_RUNNING, _REACHED, _ENDED = "#0072B2", "#009E73", "#D55E00"


def progress_bar(total: int, shown: bool = True, unit: str = "episode") -> ProgressBar:
    """A bar of `total` episodes: for the notebook's cell that runs now, or for a terminal.

    unit: what else is counted, in the singular.
    """
    if not shown:
        return ProgressBar(total, unit)
    return TerminalBar(total, unit) if current_cell() is None else NotebookBar(total, unit)


class ProgressBar:
    """Counts episodes, or whatever its unit is; this one shows nothing."""

    def __init__(self, total: int, unit: str = "episode") -> None:
        self.total = total
        self.unit = unit
        self.done = 0
        self.reached = False

    def advance(self, numbers: Mapping[str, object]) -> None:
        """One more has ended; the numbers stand beside the bar."""
        self.done += 1
        self.note(numbers)

    def note(self, numbers: Mapping[str, object]) -> None:
        """Show these numbers beside the bar; nothing more has ended."""

    def say(self, sentence: str) -> None:
        """Print a sentence that stays."""

    def reach_goal(self) -> None:
        """The goal is reached: the bar ends full and green, however many episodes it took."""
        self.reached = True

    def close(self) -> None:
        """Nothing more will come."""


class TerminalBar(ProgressBar):
    """A line of text that is written over."""

    def __init__(self, total: int, unit: str = "episode") -> None:
        super().__init__(total, unit)
        self._line = tqdm(total=total, unit=unit)

    def note(self, numbers: Mapping[str, object]) -> None:
        self._line.set_postfix(numbers, refresh=False)
        self._line.update(self.done - self._line.n)

    def say(self, sentence: str) -> None:
        self._line.write(sentence)

    def close(self) -> None:
        if self.reached:
            self._line.total = self.done
        self._line.close()


class NotebookBar(ProgressBar):
    """A bar of plain HTML: it needs no widgets, and a notebook that is opened again has it, too."""

    def __init__(self, total: int, unit: str = "episode") -> None:
        from IPython.display import display

        super().__init__(total, unit)
        self._numbers = ""
        self._started = self._drawn = time.perf_counter()
        self._handle: DisplayHandle = display(self._picture(_RUNNING), display_id=True)

    def note(self, numbers: Mapping[str, object]) -> None:
        self._numbers = ", ".join(f"{name} {value}" for name, value in numbers.items())
        now = time.perf_counter()
        if now - self._drawn >= _INTERVAL:
            self._drawn = now
            self._handle.update(self._picture(_RUNNING))

    def say(self, sentence: str) -> None:
        print(sentence)

    def close(self) -> None:
        self._handle.update(self._picture(_REACHED if self.reached else _ENDED))

    def _picture(self, colour: str) -> HTML:
        from IPython.display import HTML

        share = 1.0 if self.reached else self.done / max(self.total, 1)
        count = f"{self.done}" if self.reached else f"{self.done} of {self.total}"
        seconds = time.perf_counter() - self._started
        numbers = f", {self._numbers}" if self._numbers else ""
        text = html.escape(f"{count} {self.unit}s, {seconds:.0f} s{numbers}")
        return HTML(
            '<div style="display: flex; align-items: center; gap: .8em; font-size: 90%">'
            f'<div role="progressbar" aria-valuenow="{share:.0%}" style="flex: 0 0 12em; '
            f'height: .9em; border: 1px solid {colour}; border-radius: 3px">'
            f'<div style="width: {share:.1%}; height: 100%; background: {colour}"></div></div>'
            f"<span>{text}</span></div>"
        )
