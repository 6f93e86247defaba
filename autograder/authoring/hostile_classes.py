"""What hostile submissions earned and cost, as the tests in tests/hostile measured it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.authoring.counts import Count
from autograder.course import CourseError
from autograder.processes.allowance import MEBIBYTE


@dataclass(frozen=True)
class HostileClass:
    """Attacks of one family that were graded as one class.

    earned, honest: points of each attack, and what its honest part is worth. grader_bytes: by how
    much the grader's own memory grew. processor_seconds: of the grader and all its processes.
    limit_seconds: what as many submissions may take that stay within their limits.
    """

    unit: str
    family: str
    earned: dict[str, float]
    honest: dict[str, float]
    grader_bytes: int
    processor_seconds: float
    limit_seconds: float

    def append_to(self, file: Path) -> None:
        """Add this class to a file as one line of JSON."""
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(self)) + "\n")

    @property
    def paid(self) -> tuple[str, ...]:
        """The attacks that earned more than their honest part."""
        return tuple(
            f"{self.unit}, {name}"
            for name, points in self.earned.items()
            if points > self.honest[name]
        )


def read_hostile_classes(file: Path) -> list[HostileClass]:
    """The classes of a file, each as it was measured last. Raises CourseError if it has none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        classes = [HostileClass(**json.loads(line)) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(f"{file} holds no hostile classes ({error}).") from error
    if not classes:
        raise CourseError(f"{file} holds no hostile classes.")
    return list({(each.unit, each.family): each for each in classes}.values())


def hostile_section(classes: Sequence[HostileClass]) -> Iterable[str]:
    """The lines of docs/proof.md about these classes."""
    paid = Count(
        tuple(name for each in classes for name in each.paid),
        of=sum(len(each.earned) for each in classes),
    )
    memory = max(each.grader_bytes for each in classes) / MEBIBYTE
    cost = max(each.processor_seconds / each.limit_seconds for each in classes)
    yield "\n## Hostile submissions\n"
    yield f"Attacks that earned more than their honest part: **{paid}**.\n"
    yield from (f"* `{name}`" for name in paid.names)
    yield (
        f"Graded in {len(classes)} classes, each with an honest neighbour. In none of them did the "
        f"grader's own memory grow by more than {memory:.0f} MiB, and none took more than "
        f"{cost:.2f} times the processor time that its submissions may take."
    )
