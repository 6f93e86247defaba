"""Leave out other numbers in what is drawn by chance: another draw is as good a question."""

import ast
import sys
from argparse import Namespace
from functools import cache
from pathlib import Path

from cosmic_ray.tools.filters.filter_app import FilterApp
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec

from mutation.skipping import skip

OPERATOR = "core/NumberReplacer"
#: The name of the generator in every check.
GENERATOR = "random"

Position = tuple[int, int]


class DrawnFilter(FilterApp):
    """Skips the numbers among the arguments of the generator's methods."""

    def description(self) -> str | None:
        return __doc__

    def filter(self, work_db: WorkDB, args: Namespace) -> None:
        pending = list(work_db.pending_work_items)
        drawn = [item for item in pending if _is_drawn(item.mutations[0])]
        skip(work_db, drawn, "drawn by chance")
        print(f"{len(drawn)} of {len(pending)} mutants change only what is drawn by chance")


def _is_drawn(mutation: MutationSpec) -> bool:
    return mutation.operator_name == OPERATOR and any(
        start <= mutation.start_pos < end for start, end in _draws(mutation.module_path)
    )


@cache
def _draws(module: Path) -> list[tuple[Position, Position]]:
    """Where the arguments of `random.integers(...)` and the like begin and end."""
    calls = [
        node
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == GENERATOR
    ]
    return [(_end(node.func), _end(node)) for node in calls]


def _end(node: ast.expr) -> Position:
    return node.end_lineno or 0, node.end_col_offset or 0


if __name__ == "__main__":
    sys.exit(DrawnFilter().main())
