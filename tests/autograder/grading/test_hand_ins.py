"""Who handed in what: files and names as people have them."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.batch import grade_cohort, kept_result
from autograder.grading.hand_ins import LATE, HandIn, compose_names, is_student_id, submissions
from autograder.grading.submission import GradingOptions
from autograder.results import Status
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

SOLVED = {"forward": "def forward():\n    return 1"}


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit) -> Course:
    return make_course(tmp_path, unit)


def handed(classroom: Course, unit: Unit) -> HandIn:
    (one,) = submissions(classroom, unit)
    return one


@pytest.mark.parametrize(
    "name",
    (
        "policy_network (1).ipynb",
        "Kopie von policy_network.ipynb",
        "abgabe.IPYNB",
        "policy_network.ipynb.txt",
        "2_policy_network/policy_network.ipynb",
    ),
)
def test_a_single_notebook_counts_whatever_its_name(
    classroom: Course, unit: Unit, name: str
) -> None:
    path = hand_in(classroom, unit, "anna", SOLVED)
    other = path.parent / name
    other.parent.mkdir(exist_ok=True)
    path.rename(other)

    one = handed(classroom, unit)

    assert one.notebook == other
    assert one.warnings == (f"handed in as {name}",)


def test_of_two_notebooks_the_one_that_was_worked_on_counts(classroom: Course, unit: Unit) -> None:
    usual = hand_in(classroom, unit, "anna", {})
    hand_in(classroom, unit, "bert", SOLVED).rename(usual.parent / "policy_network (1).ipynb")
    shutil.rmtree(classroom.root / "submitted" / "bert")

    one = handed(classroom, unit)

    assert one.notebook is not None and one.notebook.name == "policy_network (1).ipynb"
    (warning,) = one.warnings
    assert "policy_network (1).ipynb was graded (edited answers: 1)" in warning
    assert "not policy_network.ipynb (edited answers: 0)" in warning


def test_of_two_equal_notebooks_nothing_is_to_be_said(classroom: Course, unit: Unit) -> None:
    usual = hand_in(classroom, unit, "anna", SOLVED)
    shutil.copy(usual, usual.parent / "policy_network (1).ipynb")

    assert handed(classroom, unit) == HandIn("anna", usual.parent, usual)


def test_copies_that_an_editor_keeps_by_itself_are_no_hand_in(
    classroom: Course, unit: Unit
) -> None:
    usual = hand_in(classroom, unit, "anna", SOLVED)
    for place in (".ipynb_checkpoints", "__MACOSX"):
        (usual.parent / place).mkdir()
        (usual.parent / place / "policy_network-checkpoint.ipynb").write_text("{}")

    assert handed(classroom, unit).warnings == ()


def test_a_warning_about_the_files_is_in_the_result_and_changes_what_is_shown(
    classroom: Course, unit: Unit
) -> None:
    path = hand_in(classroom, unit, "anna", SOLVED)
    keep(classroom, unit, path, make_result(unit))
    before = kept_result(handed(classroom, unit), unit, classroom)
    path.rename(path.with_name("mine.ipynb"))

    one = handed(classroom, unit)
    (after,) = grade_cohort([one], unit, classroom, GradingOptions()).values()

    assert before is not None and after.cached
    assert after.result.warnings == ("handed in as mine.ipynb",)
    assert after.key != before.key
    assert after == kept_result(one, unit, classroom)


@pytest.mark.parametrize(
    "name",
    (
        "anna", "O'Brien", "d’Arc", "anna+ml@uni.example", "Müller, Ö", "प्रिया", "தமிழ்",
        "علی‌رضا", "Kim (Group 2)", "4711", "col·la", "Smith‑Jones",
        "ジョン・スミス",
    ),
)  # fmt: skip
def test_names_as_people_write_them_are_students_ids(name: str) -> None:
    assert is_student_id(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    "name",
    ("", "-rf", ".anna", "=1+1", "+1", "@x", "<b>x", "a\nb", "a\x1b[31m", "anna ", "a/b", "a*",
     "a\u202eb", "(anna)", "x" * 101, unicodedata.normalize("NFD", "müller")),
)  # fmt: skip
def test_options_formulas_markup_and_controls_are_not(name: str) -> None:
    assert not is_student_id(name)


def test_a_decomposed_name_is_composed_and_is_the_one_of_the_roster(
    classroom: Course, unit: Unit
) -> None:
    hand_in(classroom, unit, unicodedata.normalize("NFD", "müller"), SOLVED)

    (before,) = submissions(classroom, unit, students=["müller"])
    assert before.student == "müller" and before.notebook is not None

    renamed = compose_names(classroom.root / "submitted")

    assert list(renamed.values()) == ["müller"]
    (one,) = submissions(classroom, unit, students=["müller"])
    assert one.student == "müller" and one.notebook is not None


def test_two_folders_of_one_name_are_left_and_the_decomposed_one_refused(
    classroom: Course, unit: Unit
) -> None:
    for name in ("müller", unicodedata.normalize("NFD", "müller")):
        hand_in(classroom, unit, name, SOLVED)

    assert compose_names(classroom.root / "submitted") == {}
    assert sorted(one.status.value for one in submissions(classroom, unit)) == [
        "invalid notebook",
        "ok",
    ]


def test_a_hidden_folder_with_a_decomposed_name_is_nobodys(classroom: Course, unit: Unit) -> None:
    hand_in(classroom, unit, "anna", SOLVED)
    (classroom.root / "submitted" / unicodedata.normalize("NFD", ".müller")).mkdir()

    assert [one.student for one in submissions(classroom, unit)] == ["anna"]


def test_a_time_that_is_not_understood_is_a_warning(classroom: Course, unit: Unit) -> None:
    path = hand_in(classroom, unit, "anna", SOLVED)
    (path.parent / "timestamp.txt").write_text("yesterday")

    one = handed(classroom, unit)

    assert one.status is Status.OK
    assert "timestamp.txt is not understood" in one.warnings[0]


def late(classroom: Course, unit: Unit, name: str) -> Path:
    """Hand in as the download of a system is collected that calls it late."""
    path = hand_in(classroom, unit, "anna", SOLVED)
    place = path.parent / f"{LATE}Canvas"
    place.mkdir()
    path.rename(place / name)
    return path.parent


def test_what_came_late_at_an_unknown_time_is_a_warning(classroom: Course, unit: Unit) -> None:
    late(classroom, unit, "policy_network.ipynb")

    (warning,) = handed(classroom, unit).warnings

    assert warning == "late according to Canvas, time unknown"


def test_late_and_renamed_are_two_warnings(classroom: Course, unit: Unit) -> None:
    late(classroom, unit, "other.ipynb")

    renamed, _ = handed(classroom, unit).warnings

    assert renamed == "handed in as late according to Canvas/other.ipynb"


def test_once_the_time_is_known_it_says_how_late_it_is(classroom: Course, unit: Unit) -> None:
    folder = late(classroom, unit, "policy_network.ipynb")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00 +01:00")

    assert handed(classroom, unit).warnings == ()
