"""What goes to a learning management system: people as it can find them, and their marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from nbgrader.api import Gradebook

from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.final_marks import final_marks
from autograder.gradebook.roster import Person
from autograder.gradebook.uploaders import Uploader
from autograder.units import Unit


@dataclass(frozen=True)
class Marks:
    """A unit's final marks. name: what the assignment is called in the system."""

    name: str
    max_points: float
    people: tuple[Person, ...]
    marks: Mapping[str, FinalMark]

    @classmethod
    def of(cls, gradebook: Gradebook, unit: Unit, name: str, people: Iterable[Person]) -> Marks:
        """Those of these people, out of an open gradebook."""
        marks = final_marks(gradebook, unit.assignment, unit.name)
        most = max((mark.max_points for mark in marks.values()), default=unit.max_points)
        return cls.told_apart(name, most, people, marks)

    @classmethod
    def told_apart(
        cls, name: str, most: float, people: Iterable[Person], marks: Mapping[str, FinalMark]
    ) -> Marks:
        """Marks of people who are found by what nobody else has."""
        return cls(name, most, tuple(_told_apart(people)), marks)

    @property
    def finished(self) -> list[tuple[Person, float]]:
        """Everybody with a final mark, and the mark."""
        found = ((person, self.final(person)) for person in self.people)
        return [(person, final) for person, final in found if final is not None]

    def final(self, person: Person) -> float | None:
        """The final mark; None where there is none yet: nothing handed in, or still to grade."""
        mark = self.marks.get(person.student)
        return None if mark is None or mark.to_grade else mark.final

    @property
    def open(self) -> tuple[str, ...]:
        """The students who handed in and have no final mark yet."""
        known = (person for person in self.people if person.student in self.marks)
        return tuple(person.student for person in known if self.final(person) is None)


def with_numbers(people: Iterable[Person], uploaders: Mapping[str, Uploader]) -> Iterator[Person]:
    """The same people, with the numbers that a download of the system itself names.

    Those of the roster may be of another system, where they are somebody else's.
    """
    for person in people:
        uploader = uploaders.get(person.student)
        number = "" if uploader is None else uploader.participant.person_number
        yield replace(person, number=number or person.number)


def _told_apart(people: Iterable[Person]) -> Iterator[Person]:
    """The same people, without addresses and numbers that several have: they find the wrong one."""
    known = list(people)
    emails = Counter(person.email.casefold() for person in known)
    numbers = Counter(person.number.casefold() for person in known)
    for person in known:
        email = person.email if emails[person.email.casefold()] == 1 else ""
        number = person.number if numbers[person.number.casefold()] == 1 else ""
        yield replace(person, email=email, number=number)
