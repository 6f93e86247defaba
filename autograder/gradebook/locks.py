"""One grader at a time for a unit of a course; the others are told who it is."""

from __future__ import annotations

import fcntl
import getpass
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.converters.base import NbGraderException

from autograder.course import Course, CourseError
from autograder.gradebook.sharing import share_with_group


@contextmanager
def grading(course: Course, name: str) -> Iterator[None]:
    """Hold the lock of a unit. Raises CourseError, with the holder's name, where it is held.

    The kernel lets go of it when the process ends, however that happens.
    """
    with _opened(course, name) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 500, 0).decode("utf-8", "replace").strip()
            raise CourseError(
                f"{name} is being graded by {holder or 'somebody else'}. Wait until that is done."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _holder().encode(), 0)
        yield


def convert_under_lock(converter: Any, prepare: Callable[[], None]) -> None:
    """Let one of nbgrader's commands hold the lock of its unit while it works.

    prepare: what comes before its first submission. The command ends with the holder's name in its
    log if somebody else holds the lock.
    """
    convert = converter.convert_notebooks
    coursedir = converter.coursedir
    course = Course(Path(coursedir.root))

    def share() -> None:
        if coursedir.groupshared:
            share_with_group([course.root / ".autograder"])

    def convert_notebooks() -> None:
        with ExitStack() as stack:
            try:
                stack.enter_context(grading(course, coursedir.assignment_id))
            except (CourseError, OSError) as error:
                converter.log.error("%s", error)
                raise NbGraderException(str(error)) from None
            share()  # now, so that a colleague can read who holds the lock
            stack.callback(share)
            prepare()
            convert()

    converter.convert_notebooks = convert_notebooks


@contextmanager
def creating_gradebook(course: Course) -> Iterator[None]:
    """Wait for the lock under which a gradebook is opened: only one process makes its tables."""
    with _opened(course, "gradebook") as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(course: Course, name: str) -> Iterator[int]:
    path: Path = course.root / ".autograder" / "locks" / f"{name}.lock"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _holder() -> str:
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    return f"{user} on {socket.gethostname()} (process {os.getpid()}, since {now})"
