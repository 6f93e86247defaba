"""A class graded by this grader, in a process of its own, and what that took."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from contextlib import redirect_stderr, redirect_stdout
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.authoring.bench.measurements import Measured
from autograder.class_run import grade_class
from autograder.course import Course, CourseError
from autograder.grading.batch import grade_cohort
from autograder.grading.hand_ins import submissions
from autograder.grading.submission import GradingOptions
from autograder.processes.pool import Pool
from autograder.processes.progress import Progress
from autograder.units import unit_named


def graded(course: Course, unit_name: str, jobs: int) -> Measured:
    """Grade a class that was never graded, with so many workers on as many cores.

    seconds: of it all, by the clock, from the start of the process to its end. judging: of each
    submission, by the clock; means something with one worker. filing: of gradebook, archive,
    pages and class page. filing_processor: what that took of processors; filing_main: of these the
    main process. again: the same class once more, unchanged. peak_bytes: of the main process.
    """
    context = multiprocessing.get_context("spawn")
    said, says = context.Pipe(duplex=False)
    started = time.monotonic()
    worker = context.Process(target=_grade, args=(course.root, unit_name, jobs, says))
    worker.start()
    says.close()
    try:
        measured: Measured = said.recv()
    except EOFError:
        raise CourseError("The process that graded a class ended without a word.") from None
    finally:
        worker.join()
    return measured | {"seconds": measured["until"] - started}


def _grade(root: Path, unit_name: str, jobs: int, says: Connection) -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:jobs])
    course, unit = Course(root), unit_named(unit_name)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        ends = [time.monotonic()]
        hand_ins = submissions(course, unit)
        with Pool(jobs) as pool, _Clock(len(hand_ins), pool, ends) as clock:
            grade_cohort(hand_ins, unit, course, GradingOptions(), pool, clock)
        before = _used()
        started = time.monotonic()
        grade_class(course, unit, jobs=jobs)
        until = time.monotonic()
        main, children = (now - then for now, then in zip(_used(), before, strict=True))
        grade_class(course, unit, jobs=jobs)
        again = time.monotonic() - until
    judging = [end - start for start, end in pairwise(ends)]
    says.send({
        "until": until,
        "judging": judging,
        "filing": until - started,
        "filing_processor": main + children,
        "filing_main": main,
        "again": again,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    })  # fmt: skip


class _Clock(Progress):
    """Notes when each submission is done."""

    def __init__(self, total: int, pool: Pool, ends: list[float]) -> None:
        super().__init__("Grading", total, pool, "notebook")
        self._ends = ends

    def done(self, *kinds: str) -> None:
        super().done(*kinds)
        self._ends.append(time.monotonic())


def _used() -> tuple[float, float]:
    """Processor seconds of this process so far, and of those that it has ended."""
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime, others.ru_utime + others.ru_stime
