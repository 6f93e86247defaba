"""Grading what arrives, until stopped: whoever was graded least often comes first."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.class_run import StudentOutcome, grade_arrived, renew_course_page
from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.grading.hand_ins import decomposed_names
from autograder.rendering.text import plain
from autograder.units import Unit

#: The files of a submission folder: name, size and time of each.
State = tuple[tuple[str, int, int], ...]
STOPPED = 0
#: Seconds before a student without a mark or page is graded again; doubled after each failure.
PAUSE, LONGEST_PAUSE = 60.0, 3600.0


@dataclass(frozen=True)
class Failure:
    """Work without a mark or a page. pause: how long it waits; until: on the monotonic clock."""

    state: State
    said: str
    pause: float
    until: float


@dataclass
class Watch:
    """The submissions of some units: which are graded, and who is next.

    A student who hands in again and again waits behind all who were graded less often. A place is
    the name of a unit and a student's id.
    """

    course: Course
    units: Sequence[Unit]
    sandboxed: bool = True
    jobs: int | None = None
    _graded: dict[tuple[str, str], State] = field(default_factory=dict)
    _failures: dict[tuple[str, str], Failure] = field(default_factory=dict)
    _last_look: dict[tuple[str, str], State] = field(default_factory=dict)
    _turns: Counter[str] = field(default_factory=Counter)
    _waiting: dict[tuple[str, str], None] = field(default_factory=dict)
    _complaints: dict[str, str] = field(default_factory=dict)
    _course_page_is_old: bool = True

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
                    self._renew_course_page()
                    time.sleep(seconds)
        except KeyboardInterrupt:
            print("Stopped. What was not graded yet is graded by the next run.")
            return STOPPED

    def look(self) -> None:
        """Queue students with new files; skip folders that are still being written."""
        look = dict(self._submissions())
        ready = {
            place: None
            for place, state in look.items()
            if state == self._last_look.get(place) and self._is_due(place, state)
        }
        self._last_look = look
        self._waiting = {place: None for place in self._waiting if place in ready} | ready

    def _is_due(self, place: tuple[str, str], state: State) -> bool:
        if state == self._graded.get(place):
            return False
        failure = self._failures.get(place)
        return failure is None or failure.state != state or time.monotonic() >= failure.until

    def grade_next(self) -> bool:
        """Grade as many as run in parallel; False if nobody waits or it was not possible.

        A unit that cannot be graded now keeps no other unit waiting.
        """
        order = sorted(self._waiting, key=lambda place: self._turns[place[1]])
        names = dict.fromkeys(name for name, _ in order)
        return any(
            self._grade(name, [student for unit, student in order if unit == name])
            for name in names
        )

    def _grade(self, name: str, waiting: list[str]) -> bool:
        """Grade the first of these students of a unit; False if that was not possible."""
        unit = next(unit for unit in self.units if unit.name == name)
        students = waiting[: self.jobs or os.cpu_count() or 1]
        try:
            became = grade_arrived(
                self.course, unit, students, sandboxed=self.sandboxed, jobs=self.jobs
            )
        except (CourseError, OSError) as error:
            self._complain(name, str(error))
            return False
        self._complaints.pop(name, None)
        self._course_page_is_old = True
        for student in students:
            self._turns[student] += 1
            del self._waiting[name, student]
            self._note((name, student), became[student])
        return True

    def _note(self, place: tuple[str, str], became: StudentOutcome) -> None:
        """Keep what became of a student's work, and say it unless it was said before."""
        state, before = self._last_look[place], self._failures.pop(place, None)
        if became.done:
            self._graded[place] = state
        else:
            again = before is not None and before.state == state
            pause = min(2 * before.pause, LONGEST_PAUSE) if before and again else PAUSE
            self._failures[place] = Failure(state, became.said, pause, time.monotonic() + pause)
            if before and again and before.said == became.said:
                return
        now = datetime.now().strftime("%H:%M:%S")
        name, student = place
        print(f"{now} {name}: {plain(student, 60)}: {plain(became.said)}", flush=True)

    def _submissions(self) -> Iterator[tuple[tuple[str, str], State]]:
        composed = decomposed_names(self.course.root / "submitted")
        for unit in self.units:
            for student, folder in self.course.submitted(unit.assignment).items():
                if not student.startswith("."):
                    yield (unit.name, composed.get(student, student)), _state(folder)

    def _collect(self) -> None:
        with self._complaining("collecting"):
            book = Book.open(self.course, self.sandboxed)
            for unit in self.units:
                with self._complaining(f"collecting {unit.name}"):
                    book.collect(unit)

    def _renew_course_page(self) -> None:
        """Once nobody waits: it takes seconds in a large course."""
        if self._course_page_is_old:
            with self._complaining("course page"):
                renew_course_page(self.course)
                self._course_page_is_old = False

    @contextmanager
    def _complaining(self, about: str) -> Iterator[None]:
        """Say what stands in the way of this, and go on."""
        try:
            yield
        except (CourseError, OSError) as error:
            self._complain(about, str(error))
        else:
            self._complaints.pop(about, None)

    def _complain(self, about: str, text: str) -> None:
        """Say what stands in the way, once."""
        if text not in self._complaints.values():
            print(f"autograder: {text}", file=sys.stderr, flush=True)
        self._complaints[about] = text


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
