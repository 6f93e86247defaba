"""A mutation operator that Cosmic Ray lacks: a statement is left out."""

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator


class DeleteStatement(Operator):
    """Replaces a simple statement by `pass`; comments and docstrings stay."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """The statement itself."""
        if node.type == "simple_stmt" and node.children[0].type not in ("string", "keyword"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """`pass`, with the same indentation."""
        statement = parso.parse("pass\n").children[0]
        statement.get_first_leaf().prefix = node.get_first_leaf().prefix
        return statement

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return (Example("x = 1\n", "pass\n"),)
