"""Grading what arrives, until stopped: whoever was graded least often comes first."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.class_run import grade_arrived
from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.rendering.text import plain
from autograder.units import Unit

#: The files of a submission folder: name, size and time of each.
State = tuple[tuple[str, int, int], ...]
STOPPED = 0


@dataclass
class Watch:
    """The submissions of some units: which are graded, and who is next.

    A student who hands in again and again waits behind all who were graded less often.
    """

    course: Course
    units: Sequence[Unit]
    sandboxed: bool = True
    jobs: int | None = None
    _graded: dict[tuple[str, str], State] = field(default_factory=dict)
    _last_look: dict[tuple[str, str], State] = field(default_factory=dict)
    _turns: Counter[str] = field(default_factory=Counter)
    _waiting: dict[tuple[str, str], None] = field(default_factory=dict)
    _complaint: str = ""

    def run(self, seconds: float, from_exchange: bool = False) -> int:
        """Look every so many seconds, and grade what came, until Ctrl-C or SIGTERM."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        units = ", ".join(unit.name for unit in self.units)
        print(f"Watching {units}. Ctrl-C stops it.", flush=True)
        try:
            while True:
                if from_exchange:
                    self._collect()
                self.look()
                if not self.grade_next():
                    time.sleep(seconds)
        except KeyboardInterrupt:
            print("Stopped. What was not graded yet is graded by the next run.")
            return STOPPED

    def look(self) -> None:
        """Queue students with new files; skip folders that are still being written."""
        look = dict(self._submissions())
        for place, state in look.items():
            if state != self._graded.get(place) and state == self._last_look.get(place):
                self._waiting.setdefault(place)
        self._last_look = look
        self._waiting = {place: None for place in self._waiting if place in look}

    def grade_next(self) -> bool:
        """Grade as many as run in parallel; False if nobody waits or it was not possible."""
        name, students = self._next()
        if not students:
            return False
        unit = next(unit for unit in self.units if unit.name == name)
        states = {student: self._last_look[name, student] for student in students}
        try:
            became = grade_arrived(
                self.course, unit, students, sandboxed=self.sandboxed, jobs=self.jobs
            )
        except CourseError as error:
            self._complain(str(error))
            return False
        self._complaint = ""
        for student, state in states.items():
            self._graded[name, student] = state
            self._turns[student] += 1
            del self._waiting[name, student]
            now = datetime.now().strftime("%H:%M:%S")
            print(f"{now} {name}: {plain(student, 60)}: {plain(became[student])}", flush=True)
        return True

    def _next(self) -> tuple[str, list[str]]:
        """The unit whose turn it is, and those of its students whose turn it is."""
        order = sorted(self._waiting, key=lambda place: self._turns[place[1]])
        if not order:
            return "", []
        name = order[0][0]
        students = [student for unit, student in order if unit == name]
        return name, students[: self.jobs or os.cpu_count() or 1]

    def _submissions(self) -> Iterator[tuple[tuple[str, str], State]]:
        for unit in self.units:
            for student, folder in self.course.submitted(unit.assignment).items():
                if not student.startswith("."):
                    yield (unit.name, student), _state(folder)

    def _collect(self) -> None:
        book = Book.open(self.course, self.sandboxed)
        for unit in self.units:
            try:
                book.collect(unit)
            except CourseError as error:
                self._complain(str(error))

    def _complain(self, text: str) -> None:
        """Say what stands in the way, once."""
        if text != self._complaint:
            print(f"autograder: {text}", file=sys.stderr, flush=True)
        self._complaint = text


def _state(folder: Path) -> State:
    found = []
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(place, name)
            try:
                status = path.lstat()
            except OSError:
                continue  # it is being replaced: the next look sees it
            found.append((str(path.relative_to(folder)), status.st_size, status.st_mtime_ns))
    return tuple(found)
