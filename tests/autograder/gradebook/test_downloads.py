"""What the names of files and folders say in downloads of Moodle, Canvas and ILIAS."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.gradebook.downloads import Participant, System, Upload, upload_of, uploads

NOTEBOOK = "policy_network.ipynb"
MOODLE = Participant(System.MOODLE, "Anna Muster", "Anna Muster", "4711")
CANVAS = Participant(System.CANVAS, "mustermax_4712", "mustermax", "4712")
ILIAS = Participant(System.ILIAS, "anna.muster", "Anna Muster", "4711")


@pytest.mark.parametrize(
    ("path", "upload"),
    (
        ("Anna Muster_4711_assignsubmission_file_/policy_network.ipynb", Upload(MOODLE, NOTEBOOK)),
        ("Anna Muster_4711_assignsubmission_file/policy_network.ipynb", Upload(MOODLE, NOTEBOOK)),
        (
            "Anna Muster_4711_assignsubmission_file_policy_network (1).ipynb",
            Upload(MOODLE, "policy_network (1).ipynb"),
        ),
        (
            "Kurs/Anna Muster_4711_assignsubmission_file_abgabe/x_1_2_y/policy_network.ipynb",
            Upload(MOODLE, "abgabe/x_1_2_y/policy_network.ipynb"),
        ),
        (
            "mustermax_4712_90210_policy_network-1.ipynb",
            Upload(CANVAS, "policy_network-1.ipynb"),
        ),
        (
            "mustermax_LATE_4712_90210_policy_network.ipynb",
            Upload(CANVAS, NOTEBOOK, late=True),
        ),
        (
            "Abgaben/Muster_Anna_anna.muster_4711/20260301120000_policy_network.ipynb",
            Upload(ILIAS, NOTEBOOK, "20260301120000"),
        ),
        ("Muster_Anna_anna.muster_4711/policy_network.ipynb", Upload(ILIAS, NOTEBOOK)),
        (
            "2_policy_network_123/Muster_Anna_anna.muster_4711/policy_network.ipynb",
            Upload(ILIAS, NOTEBOOK),
        ),
        ("RL_2026_1_Blatt/Anna Muster_4711_assignsubmission_file_/x", Upload(MOODLE, "x")),
        ("anon_12345_90210_policy_network.ipynb", None),
        ("policy_network.ipynb", None),
    ),
)
def test_a_file_is_its_students(path: str, upload: Upload | None) -> None:
    assert upload_of(Path(path)) == upload


def test_only_in_moodle_a_number_is_nobodys() -> None:
    assert [one.person_number for one in (MOODLE, CANVAS, ILIAS)] == ["", "4712", "4711"]


def test_all_files_that_name_a_student_are_found(tmp_path: Path) -> None:
    for name in (f"mustermax_4712_1_{NOTEBOOK}", "x/mustermax_4712_2_b.zip", "readme.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")

    assert list(uploads(tmp_path)) == [Upload(CANVAS, NOTEBOOK), Upload(CANVAS, "b.zip")]


@pytest.mark.parametrize(
    ("path", "prefix"),
    (
        (
            f"Anna Muster_4711_assignsubmission_file_/{NOTEBOOK}",
            "Anna Muster_4711_assignsubmission_file_/",
        ),
        (
            f"Anna Muster_4711_assignsubmission_file_{NOTEBOOK}",
            "Anna Muster_4711_assignsubmission_file_",
        ),
        (f"mustermax_LATE_4712_90210_{NOTEBOOK}", "mustermax_LATE_4712_90210_"),
        (f"Abgaben/Muster_Anna_anna_4711/20260301120000_{NOTEBOOK}", "Muster_Anna_anna_4711/"),
    ),
)
def test_the_systems_own_name_of_an_upload_is_known(path: str, prefix: str) -> None:
    upload = upload_of(Path(path))

    assert upload is not None and upload.prefix == prefix
