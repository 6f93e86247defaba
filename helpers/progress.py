"""How far a training is: a bar in the notebook that stays when it is saved, a line elsewhere.

Both are drawn anew each second, so that a long step does not look like the end.
"""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm

from helpers.cells import current_cell
from helpers.printed import unlimited

if TYPE_CHECKING:
    from IPython.display import HTML, DisplayHandle

#: Seconds between two pictures of the bar, at least.
_INTERVAL = 0.2
#: And at most.
_SIGN_OF_LIFE = 1.0
#: Of the part that is done: while it runs, when the goal is reached, when it has ended without.
_RUNNING, _REACHED, _ENDED = "#0072B2", "#009E73", "#D55E00"


def progress_bar(total: int, shown: bool = True, unit: str = "episode") -> ProgressBar:
    """A bar of `total` episodes: for the notebook's cell that runs now, or for a terminal.

    unit: what else is counted, in the singular.
    """
    if not shown:
        return ProgressBar(total, unit)
    return TerminalBar(total, unit) if current_cell() is None else NotebookBar(total, unit)


@contextmanager
def working_on(what: str) -> Iterator[None]:
    """Show what is being done, and for how many seconds, if it takes more than one.

    The line is gone when it is done.
    """
    line = _TerminalLine(what) if current_cell() is None else _NotebookLine(what)
    ticker = _Ticker(line.draw)
    try:
        yield
    finally:
        ticker.stop()
        line.clear()


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
        self._ticker = _Ticker(self._line.refresh)

    def note(self, numbers: Mapping[str, object]) -> None:
        self._line.set_postfix(numbers, refresh=False)
        self._line.update(self.done - self._line.n)

    def say(self, sentence: str) -> None:
        self._line.write(sentence, file=unlimited())

    def close(self) -> None:
        self._ticker.stop()
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
        self._ticker = _Ticker(self._draw)

    def note(self, numbers: Mapping[str, object]) -> None:
        self._numbers = ", ".join(f"{name} {value}" for name, value in numbers.items())
        if time.perf_counter() - self._drawn >= _INTERVAL:
            self._draw()

    def say(self, sentence: str) -> None:
        print(sentence, file=unlimited())

    def close(self) -> None:
        self._ticker.stop()
        self._handle.update(self._picture(_REACHED if self.reached else _ENDED))

    def _draw(self) -> None:
        self._drawn = time.perf_counter()
        self._handle.update(self._picture(_RUNNING))

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


class _NotebookLine:
    """One line in a notebook's cell: there from the first time it is drawn until it is cleared."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.perf_counter()
        self._handle: DisplayHandle | None = None

    def draw(self) -> None:
        from IPython.display import HTML, display

        seconds = time.perf_counter() - self._started
        text = html.escape(f"{self._what} {seconds:.0f} s")
        line = HTML(f'<span style="font-size: 90%">{text}</span>')
        if self._handle is None:
            self._handle = display(line, display_id=True)
        else:
            self._handle.update(line)

    def clear(self) -> None:
        from IPython.display import HTML

        if self._handle is not None:
            self._handle.update(HTML(""))


class _TerminalLine:
    """The same for a terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.perf_counter()
        self._line: tqdm | None = None

    def draw(self) -> None:
        if self._line is None:
            self._line = tqdm(
                desc=self._what, bar_format="{desc} {elapsed}", leave=False, disable=None
            )  # where nobody watches, nothing is drawn
            if not self._line.disable:
                self._line.start_t -= time.perf_counter() - self._started
        self._line.refresh()

    def clear(self) -> None:
        if self._line is not None:
            self._line.close()


class _Ticker:
    """Calls a function each second, whatever else goes on, until it is stopped."""

    def __init__(self, draw: Callable[[], object]) -> None:
        self._draw = draw
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(_SIGN_OF_LIFE):
            self._draw()

    def stop(self) -> None:
        """Afterwards nothing is drawn any more."""
        self._stopped.set()
        self._thread.join()
