"""Leave mutants out of a session."""

from collections.abc import Iterable

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import WorkerOutcome, WorkItem, WorkResult


def skip(session: WorkDB, items: Iterable[WorkItem], why: str) -> None:
    """Nobody is asked about these mutants, and they do not count."""
    for item in items:
        session.set_result(
            item.job_id, WorkResult(output=why, worker_outcome=WorkerOutcome.SKIPPED)
        )
