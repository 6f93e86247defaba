"""The people of a course, as the gradebook's roster has them."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import Gradebook, Student


@dataclass(frozen=True)
class Person:
    """A student as the roster has them. number: `lms_user_id`, the person's id in the system."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    number: str = ""

    @classmethod
    def of(cls, student: Student) -> Person:
        """A row of the gradebook's roster."""
        identity = str(student.id)
        return cls(
            identity,
            (student.first_name or "").strip(),
            (student.last_name or "").strip(),
            (student.email or "").strip() or (identity if "@" in identity else ""),
            (student.lms_user_id or "").strip(),
        )


def roster(gradebook: Gradebook) -> list[Person]:
    """Everybody in an open gradebook, in order of their ids."""
    students = sorted(gradebook.students, key=lambda student: str(student.id))
    return [Person.of(student) for student in students]
