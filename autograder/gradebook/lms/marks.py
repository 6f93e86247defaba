"""What goes to a learning management system: people as the roster has them, and their marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbgrader.api import Gradebook, Student

from autograder.gradebook.downloads import Uploader
from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.final_marks import final_marks
from autograder.units import Unit


@dataclass(frozen=True)
class Person:
    """A student as the roster has them. number: the system's own id of the person, if known."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    number: str = ""

    @property
    def full_name(self) -> str:
        """The name as people write it; the student's id where the roster has none."""
        return f"{self.first_name} {self.last_name}".strip() or self.student

    @classmethod
    def of(cls, student: Student, uploader: Uploader | None) -> Person:
        """A row of the gradebook's roster; what it leaves open may stand in the download."""
        identity = str(student.id)
        return cls(
            identity,
            student.first_name or "",
            student.last_name or "",
            student.email or (identity if "@" in identity else ""),
            student.lms_user_id or ("" if uploader is None else uploader.number),
        )


@dataclass(frozen=True)
class Marks:
    """A unit's final marks. name: what the assignment is called in the system."""

    name: str
    max_points: float
    people: tuple[Person, ...]
    marks: Mapping[str, FinalMark]

    @classmethod
    def of(
        cls, gradebook: Gradebook, unit: Unit, name: str, uploaders: Mapping[str, Uploader]
    ) -> Marks:
        """Those of everybody in the roster, out of an open gradebook."""
        roster = sorted(gradebook.students, key=lambda student: str(student.id))
        people = (Person.of(one, uploaders.get(str(one.id))) for one in roster)
        marks = final_marks(gradebook, unit.assignment, unit.name)
        most = max((mark.max_points for mark in marks.values()), default=unit.max_points)
        return cls(name, most, tuple(people), marks)

    def final(self, person: Person) -> float | None:
        """The final mark; None where there is none yet: nothing handed in, or still to grade."""
        mark = self.marks.get(person.student)
        return None if mark is None or mark.to_grade else mark.final

    @property
    def open(self) -> tuple[str, ...]:
        """The students who handed in and have no final mark yet."""
        known = (person for person in self.people if person.student in self.marks)
        return tuple(person.student for person in known if self.final(person) is None)
