"""Leave so many of a session's mutants, drawn by chance; the others are skipped."""

import random
import sys
from argparse import ArgumentParser, Namespace

from cosmic_ray.tools.filters.filter_app import FilterApp
from cosmic_ray.work_db import WorkDB

from mutation.skipping import skip


class SampleFilter(FilterApp):
    """The same mutants for the same seed and the same code."""

    def description(self) -> str | None:
        return __doc__

    def add_args(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", type=int, default=300)
        parser.add_argument("--seed", type=int, default=0)

    def filter(self, work_db: WorkDB, args: Namespace) -> None:
        pending = sorted(work_db.pending_work_items, key=lambda item: str(item.mutations))
        random.Random(args.seed).shuffle(pending)
        skip(work_db, pending[args.size :], "not drawn")
        print(f"{min(args.size, len(pending))} of {len(pending)} mutants drawn")


if __name__ == "__main__":
    sys.exit(SampleFilter().main())
