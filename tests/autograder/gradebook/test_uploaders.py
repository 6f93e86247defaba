"""Who in the roster the people in a download are: nobody is taken for somebody else."""

from __future__ import annotations

import pytest

from autograder.gradebook.downloads import Participant, System
from autograder.gradebook.roster import Person
from autograder.gradebook.uploaders import find_students

ROSTER = (
    Person("am123", "Anna", "Muster", "anna@uni.example", "4711"),
    Person("bo1", "Bert", "O'Neil"),
    Person("ml2", "Anna-Lena", "Müller"),
    Person("pm3", "Petra", "Mueller-Lüdenscheidt", number="99"),
    Person("jose", "José María", "Gómez"),
    Person("devi", "सीता", "देवी"),
    Person("wl1", "Wei", "Li"),
    Person("wl2", "Li", "Wei"),
    Person("twin1", "Kim", "Gleich"),
    Person("twin2", "Kim", "Gleich", number="502"),
    Person("only-an-id"),
    Person("login7", "Hans", "Sieben"),
    Person("nameless", number="600"),
)


def moodle(name: str, number: str = "4711") -> Participant:
    return Participant(System.MOODLE, name, name, number)


def canvas(name: str, number: str = "1") -> Participant:
    return Participant(System.CANVAS, f"{name}_{number}", name, number)


def ilias(name: str, login: str, number: str = "1") -> Participant:
    return Participant(System.ILIAS, login, name, number)


def student_of(one: Participant, *others: Participant) -> str:
    return find_students([one, *others], ROSTER)[one].student


@pytest.mark.parametrize(
    ("one", "student"),
    (
        (moodle("Anna Muster"), "am123"),
        (moodle("Muster Anna"), "am123"),
        (moodle("anna  muster"), "am123"),
        (moodle("Bert ONeil"), "bo1"),
        (moodle("Anna-Lena Müller"), "ml2"),
        (moodle("सीता देवी"), "devi"),
        (moodle("only-an-id"), "only-an-id"),
        (canvas("musteranna", "4711"), "am123"),
        (canvas("musteranna"), "am123"),
        (canvas("müllerannalena"), "ml2"),
        (canvas("gómezjosémaría"), "jose"),
        (canvas("gleichkim", "502"), "twin2"),
        (canvas("gleichanders", "502"), "gleichanders_502"),
        (ilias("Anna Muster", "am123"), "am123"),
        (ilias("Anna Muster", "another-login", "4711"), "am123"),
        (ilias("Anna Muster", "another-login"), "am123"),
        (ilias("Anna Maria Muster", "AM123"), "am123"),
        (ilias("Anna-Lena Mueller", "x"), "ml2"),
        (ilias("Jose Maria Gomez", "x"), "jose"),
        (ilias("Jose Gomez", "jose"), "jose"),
        (ilias("Kim Gleich", "twin1"), "twin1"),
        (ilias("Somebody", "only-an-id"), "only-an-id"),
    ),
)
def test_a_person_is_found_by_number_login_or_name(one: Participant, student: str) -> None:
    assert student_of(one) == student


@pytest.mark.parametrize(
    ("one", "student"),
    (
        (moodle("Carla Fremd"), "Carla Fremd"),
        (moodle("Group A-Anna Muster"), "Group A-Anna Muster"),
        (moodle("Anna"), "Anna"),
        (moodle("Wei Li"), "Wei Li 4711"),
        (moodle("Kim Gleich"), "Kim Gleich 4711"),
        (moodle("सोता देवी"), "सोता देवी"),
        (canvas("fremdcarla", "4711"), "fremdcarla_4711"),
        (canvas("fremdcarla"), "fremdcarla_1"),
        (canvas("musteranna", "99"), "musteranna_99"),
        (canvas("musteranna", "600"), "musteranna_600"),
        (ilias("Hans Sieben", "login7", "600"), "login7 600"),
        (ilias("Petra Sieben", "login7"), "login7 1"),
        (ilias("Anna Muster", "login7"), "login7 1"),
        (ilias("Anna Muster", "am123", "99"), "am123 99"),
    ),
)
def test_whoever_may_be_somebody_else_is_a_student_of_their_own(
    one: Participant, student: str
) -> None:
    found = find_students([one], ROSTER)[one]

    assert found.student == student
    assert found.student not in {person.student for person in ROSTER}
    assert found.remark and not found.is_sure


def test_in_moodle_a_number_is_nobodys() -> None:
    assert student_of(moodle("Carla Fremd", "4711")) == "Carla Fremd"


def test_two_who_claim_the_same_place_are_both_somebody_else() -> None:
    one, other = moodle("Anna Muster", "1"), moodle("Muster Anna", "2")

    assert student_of(one, other) == "Anna Muster 1"
    assert student_of(other, one) == "Muster Anna 2"


def test_namesakes_are_told_apart_by_the_number() -> None:
    one, other = moodle("Carla Fremd", "1"), moodle("Carla Fremd", "2")

    assert student_of(one, other) == "Carla Fremd 1"
    assert student_of(other, one) == "Carla Fremd 2"


def test_a_row_of_an_earlier_download_does_not_hide_the_persons_own() -> None:
    roster = (Person("Anna Muster"), Person("anna"), Person("am123", "Anna", "Muster"))
    for one in (moodle("Anna Muster"), ilias("Anna Muster", "anna")):
        assert find_students([one], roster)[one].student == "am123"


def test_what_was_guessed_is_said() -> None:
    by_name, by_number = moodle("Anna Muster"), canvas("musteranna", "4711")
    stranger, one_of_two = moodle("Carla Fremd"), moodle("Kim Gleich")

    assert find_students([by_name], ROSTER)[by_name].remark == "am123 in the roster"
    assert not find_students([by_name], ROSTER)[by_name].is_sure
    assert find_students([by_number], ROSTER)[by_number].is_sure
    assert find_students([stranger], ROSTER)[stranger].remark == (
        "not in the roster: collected as Carla Fremd"
    )
    assert find_students([one_of_two], ROSTER)[one_of_two].remark == (
        "may be twin1 or twin2 in the roster: collected as Kim Gleich 4711"
    )
    assert find_students([stranger], [])[stranger].remark == ""
