"""What a run over a class shows: how far it is, how fast, until when, and what workers do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from time import monotonic
from types import TracebackType

from tqdm import tqdm

from autograder.processes.pool import Pool

_WORKERS_SHOWN = 4
_SHOW_EVERY_S = 0.2


class Progress:
    """A bar for a number of things that are done in a pool."""

    def __init__(self, title: str, total: int, pool: Pool, unit: str) -> None:
        """unit: what one thing is called."""
        tqdm.monitor_interval = 0  # no thread of its own beside a process that forks
        self._pool = pool
        self._next = 0.0
        self._counts: Counter[str] = Counter()
        self._bar = tqdm(total=total, desc=title, unit=unit, dynamic_ncols=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._show(self._counted())
        self._bar.close()

    def done(self, *kinds: str) -> None:
        """One more thing is done; kinds: what is counted of it."""
        self._counts.update(kinds)
        self._bar.update()

    def watch(self) -> None:
        """Show what each worker is doing; to be called now and then."""
        if monotonic() < self._next:
            return
        self._next = monotonic() + _SHOW_EVERY_S
        running = self._pool.running
        doing = [f"{one.name} {one.seconds:.0f} s" for one in running[:_WORKERS_SHOWN]]
        if len(running) > _WORKERS_SHOWN:
            doing.append(f"{len(running) - _WORKERS_SHOWN} more")
        self._show([*self._end(), *self._counted(), *doing])

    def _show(self, parts: list[str]) -> None:
        self._bar.set_postfix_str(", ".join(parts))

    def _counted(self) -> list[str]:
        return [f"{count} {kind}" for kind, count in self._counts.items()]

    def _end(self) -> list[str]:
        """When it will be over if it goes on like this."""
        state = self._bar.format_dict
        if not state["n"] or state["n"] >= self._bar.total:
            return []
        left = state["elapsed"] / state["n"] * (self._bar.total - state["n"])
        return [f"until about {datetime.now() + timedelta(seconds=left):%H:%M}"]
