"""The process on a worker's machine that judges: `python -m autograder.cluster.judge UNIT …`.

Dask's worker has threads, and a process with threads cannot be forked safely. This one has none: it
proves the sandbox, imports the units once, and forks for each submission, as the grader does on its
own machine. It ends with the pipe through which it is asked.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Sequence

from autograder.cluster.frames import Inbox, own_pipes, send
from autograder.cluster.messages import Judged, Reply, Unfit, encode
from autograder.cluster.own_identity import identity_of
from autograder.course import CourseError
from autograder.grading.judging import JUDGING, without_sandbox
from autograder.grading.parcel import unpacked
from autograder.processes.confined import Outcome
from autograder.processes.pool import Job, Pool
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.probe import require
from autograder.sandbox.threads import compute_on_one_thread
from autograder.units import unit_named

#: So long it waits for a question; a worker that has another one starts another judge.
IDLE_SECONDS = 600.0


class _NobodyAsks(Exception):
    """The other end of the pipe was closed."""


def main(units: Sequence[str]) -> None:
    """Say what this machine judges with; then judge what comes, one after another."""
    questions, answers = own_pipes()
    inbox = Inbox(questions)
    reply: Reply = _introduction(units)
    send(answers, encode(reply))
    while not isinstance(reply, Unfit) and select.select([questions], [], [], IDLE_SECONDS)[0]:
        parcel = inbox.wait()
        if parcel is None:
            return
        try:
            reply = _judged(parcel, questions)
        except _NobodyAsks:
            return
        send(answers, encode(reply))


def _introduction(units: Sequence[str]) -> Reply:
    try:
        identity = identity_of(unit_named(name) for name in units)
        require()
    except (CourseError, SandboxUnavailable) as error:
        return Unfit(str(error))
    return identity


def _judged(parcel: bytes, questions: int) -> Reply:
    """Judge one submission in a process of its own. Raises _NobodyAsks once nobody waits."""
    ended: list[Outcome] = []

    def watch() -> None:
        poll = select.poll()
        poll.register(questions, 0)  # POLLHUP comes unasked
        if poll.poll(0):
            raise _NobodyAsks

    with unpacked(parcel) as content, Pool(1) as pool:
        pool.add(Job("judging", content.work, JUDGING, ended.append))
        pool.run(watch=watch)
    (outcome,) = ended
    unavailable = without_sandbox(outcome)
    return Unfit(unavailable) if unavailable else Judged.of(outcome)


if __name__ == "__main__":
    compute_on_one_thread()
    main(sys.argv[1:])
