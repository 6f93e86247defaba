"""Say how many of a session's mutants were asked about, and how many of them were killed."""

import sys

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkerOutcome


def counted(session: WorkDB) -> str:
    """One line; mutants that were not drawn do not count."""
    drawn = [
        result for _, result in session.results if result.worker_outcome != WorkerOutcome.SKIPPED
    ]
    asked = [result for result in drawn if result.worker_outcome == WorkerOutcome.NORMAL]
    pending = session.num_work_items - session.num_results
    killed = sum(result.is_killed for result in asked)
    share = f" ({killed / len(asked):.1%})" if asked else ""
    trouble = f", {len(drawn) - len(asked)} could not be asked" if drawn != asked else ""
    return f"{len(asked)} of {len(asked) + pending} mutants asked, {killed} killed{share}{trouble}"


if __name__ == "__main__":
    with use_db(sys.argv[1], WorkDB.Mode.open) as session:
        print(counted(session))
