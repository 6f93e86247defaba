"""Who in the roster the people in a download are: found only where nobody else can be meant.

A download identifies a person by name, by the number in the system (except in Moodle) and, in
ILIAS, by login. All of these that are known must match the same person in the roster. Everyone else
becomes a student of their own: a duplicate in the roster is better than a mark for somebody else.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.gradebook.downloads import Participant, System, uploads
from autograder.gradebook.roster import Person

_REWRITTEN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "-": " ", "_": " "})


@dataclass(frozen=True)
class Found:
    """The student's id of somebody in a download.

    remark: who that is in the roster, where the id is another one than the download's. is_sure:
    found by more than the name.
    """

    student: str
    remark: str = ""
    is_sure: bool = False


@dataclass(frozen=True)
class Uploader:
    """Whoever has a file in a download, and the beginning of the system's name of it."""

    participant: Participant
    prefix: str


def uploaders(extracted: Path, people: Iterable[Person]) -> dict[str, Uploader]:
    """All students with a file in a download, by their id in this course."""
    prefixes: dict[Participant, str] = {}
    for upload in uploads(extracted):
        prefixes.setdefault(upload.participant, upload.prefix)
    return {
        found.student: Uploader(participant, prefixes[participant])
        for participant, found in find_students(prefixes, people).items()
    }


def find_students(
    participants: Iterable[Participant], people: Iterable[Person]
) -> dict[Participant, Found]:
    """The student's id of each participant of a download: no two have the same."""
    roster = _Roster.of(people)
    may_be = {one: roster.may_be(one) for one in participants}
    claims = Counter(ids[0] for ids in may_be.values() if len(ids) == 1)
    namesakes = Counter(one.student for one in may_be)
    found = {}
    for one, ids in may_be.items():
        if len(ids) == 1 and claims[ids[0]] == 1 and roster.may_be_called(ids[0], one.name):
            remark = "" if ids[0] == one.student else f"{ids[0]} in the roster"
            found[one] = Found(ids[0], remark, roster.is_known(one))
        elif ids:
            remark = f"may be {' or '.join(ids)} in the roster: collected as {one.own_id}"
            found[one] = Found(one.own_id, remark)
        elif namesakes[one.student] > 1:
            remark = f"one of several people with this name: collected as {one.own_id}"
            found[one] = Found(one.own_id, remark)
        else:
            remark = f"not in the roster: collected as {one.student}" if roster.people else ""
            found[one] = Found(one.student, remark)
    return found


@dataclass(frozen=True)
class _Roster:
    """The people of a course, indexed by id, number and name."""

    people: Mapping[str, Person]
    by_id: Mapping[str, set[str]]
    by_number: Mapping[str, set[str]]
    by_name: Mapping[System, Mapping[str, set[str]]]

    @classmethod
    def of(cls, people: Iterable[Person]) -> _Roster:
        known = {person.student: person for person in people}
        by_id, by_number = defaultdict(set), defaultdict(set)
        by_name: dict[System, dict[str, set[str]]] = {one: defaultdict(set) for one in System}
        for student, person in known.items():
            by_id[student.casefold()].add(student)
            by_number[person.number].add(student)
            for system in System:
                for name in _names_in(system, person):
                    by_name[system][name].add(student)
        return cls(known, dict(by_id), dict(by_number), by_name)

    def may_be(self, one: Participant) -> list[str]:
        """The ids of those whom this participant may be: one, if all that is said agrees."""
        of_name = self.by_name[one.system].get(_name_in(one.system, one.name), set())
        said = [ids for ids in (self._of_number(one), self._of_login(one), of_name) if ids]
        said = said or [self.by_id.get(one.student.casefold(), set())]
        return sorted(set.intersection(*said) or set().union(*said))

    def is_known(self, one: Participant) -> bool:
        """Whether the roster has this participant's number or login."""
        return bool(self._of_number(one) or self._of_login(one))

    def _of_number(self, one: Participant) -> set[str]:
        return self.by_number.get(one.person_number, set()) if one.person_number else set()

    def _of_login(self, one: Participant) -> set[str]:
        """Rows with nothing but this id do not count: an earlier download may have made them."""
        if one.system is not System.ILIAS:
            return set()
        same = self.by_id.get(one.student.casefold(), set())
        return {student for student in same if self.people[student] != Person(student)}

    def may_be_called(self, student: str, name: str) -> bool:
        """Whether a name is this student's, or one of both has some words less than the other."""
        person = self.people[student]
        words = f"{_folded(person.first_name)} {_folded(person.last_name)}".split()
        rest = joined = _joined(_folded(name))
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "", 1)
        return not words or not rest or all(word in joined for word in words)


def _names_in(system: System, person: Person) -> set[str]:
    """How a system may write a person's name: in Moodle each site chooses the order."""
    first, last = _folded(person.first_name), _folded(person.last_name)
    if system is System.CANVAS:
        return {_joined(f"{last} {first}")} - {""}
    return {f"{first} {last}".strip(), f"{last} {first}".strip()} - {""}


def _name_in(system: System, name: str) -> str:
    return _joined(_folded(name)) if system is System.CANVAS else _folded(name)


def _folded(name: str) -> str:
    """A name in small letters, its words apart, without what systems leave out or rewrite."""
    text = unicodedata.normalize("NFC", name).casefold().translate(_REWRITTEN)
    letters = "".join(map(_without_accent, text))
    return " ".join("".join(filter(_is_in_words, letters)).split())


def _without_accent(letter: str) -> str:
    """A Latin letter without its accent; letters of other scripts stay as they are."""
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() and base.isalpha() else letter


def _is_in_words(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "LMN"


def _joined(name: str) -> str:
    return name.replace(" ", "")
