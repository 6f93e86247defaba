"""References to other units in a unit's prose: `{unit:dqn}` becomes “unit 4” when it is built.

A unit's number is its place in the course's list, so prose must not write it down.
"""

from __future__ import annotations

import re

from autograder.course import Course, CourseError
from autograder.units import unit_named, unit_names

#: With a capital letter at the beginning of a sentence: `{Unit:dqn}`.
REFERENCE = re.compile(r"\{([Uu]nit):([^{}]*)\}")
#: What should be a reference: it is wrong as soon as a unit is inserted, moved or left out.
LITERAL = re.compile(
    r"\bunits? \d+|\b(?:next|last|previous|first) unit\b|\bunits? before\b", re.IGNORECASE
)


def resolve(text: str, course: Course) -> str:
    """The text with each reference as “unit 4”, or “the unit ‘Title’” of one that is left out.

    Raises CourseError for a name that no installed unit has.
    """

    def written_out(reference: re.Match[str]) -> str:
        word, name = reference.groups()
        listed = unit_names(course)
        unit = unit_named(name)
        if unit.name != name:
            raise CourseError(f"{{{word}:{name}}} must name the unit alone: {{{word}:{unit.name}}}")
        if name in listed:
            return f"{word} {listed.index(name) + 1}"
        return f"{'The' if word == 'Unit' else 'the'} unit “{unit.title}”"

    return REFERENCE.sub(written_out, text)
