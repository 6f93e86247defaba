"""What learning management systems let an instructor download, through `nbgrader zip_collect`."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import make_course

NOTEBOOK = "policy_network.ipynb"


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit) -> Course:
    return make_course(tmp_path, unit)


def zip_collect(classroom: Course, unit: Unit) -> tuple[dict[str, str], str]:
    """Each collected file, by its path in `submitted/`, and what nbgrader said."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "zip_collect", unit.assignment],
        cwd=classroom.root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    submitted = classroom.root / "submitted"
    files = [path for path in submitted.rglob("*") if path.is_file()]
    found = {str(path.relative_to(submitted)): path.read_text(errors="replace") for path in files}
    return found, done.stderr


def archive(classroom: Course, unit: Unit) -> Path:
    folder = classroom.root / "downloaded" / unit.assignment / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def zipped(**files: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def test_the_downloads_of_three_systems_are_collected_as_shipped(
    classroom: Course, unit: Unit
) -> None:
    inner = zipped(**{NOTEBOOK: "of bert", "__MACOSX/._x": "junk"})
    moodle = zipped(
        **{
            f"Anna Muster_1_assignsubmission_file_/{NOTEBOOK}": "of anna",
            "Bert O'Neil_2_assignsubmission_file_/abgabe.zip": inner,
            "Carl_3_assignsubmission_file_/policy_network (1).ipynb": "of carl",
            "Dora_4_assignsubmission_file_/essay.docx": "no notebook",
        }
    )
    folder = archive(classroom, unit)
    (folder / "2_policy_network-1234.zip").write_bytes(moodle)
    (folder / f"mustermax_LATE_4712_90210_{NOTEBOOK}").write_text("of max")
    ilias = folder / "Muster_Eva_eva.muster_77"
    ilias.mkdir()
    (ilias / f"20260301120000_{NOTEBOOK}").write_text("of eva, first")
    (ilias / f"20260302120000_{NOTEBOOK}").write_text("of eva, second")
    (folder / "readme.txt").write_text("of nobody")

    found, said = zip_collect(classroom, unit)

    name = unit.assignment
    assert found == {
        f"Anna Muster/{name}/{NOTEBOOK}": "of anna",
        f"Bert O'Neil/{name}/abgabe/{NOTEBOOK}": "of bert",
        f"Carl/{name}/policy_network (1).ipynb": "of carl",
        f"Dora/{name}/essay.docx": "no notebook",
        f"mustermax_4712/{name}/late according to Canvas/{NOTEBOOK}": "of max",
        f"eva.muster/{name}/{NOTEBOOK}": "of eva, second",
        f"eva.muster/{name}/timestamp.txt": "2026-03-02 12:00:00",
    }
    assert "No student is named in readme.txt" in said


def test_one_students_archive_costs_nobody_else_anything(classroom: Course, unit: Unit) -> None:
    within = zipped(**{NOTEBOOK: "hidden deep"})
    for depth in range(6):
        within = zipped(**{f"in{depth}.zip": within})
    students: dict[str, str | bytes] = {
        f"Anna_1_assignsubmission_file_/{NOTEBOOK}": "of anna",
        "Broken_2_assignsubmission_file_/a.zip": "no archive",
        "Climbs_3_assignsubmission_file_/a.zip": zipped(**{"../../../../climbed": "x"}),
        "Deep_4_assignsubmission_file_/a.zip": within,
        "Links_5_assignsubmission_file_/a.tar": with_a_link("/etc/passwd"),
        "Late_6_assignsubmission_file_/a.zip": zipped(
            **{NOTEBOOK: "of late", "timestamp.txt": "2020-01-01 00:00 UTC"}
        ),
        f"Large_7_assignsubmission_file_/{NOTEBOOK}": "of large",
        "Large_7_assignsubmission_file_/a.zip": zipped(
            **{str(n): bytes(20 << 20) for n in range(4)}
        ),
        "Many_8_assignsubmission_file_/a.zip": zipped(**dict.fromkeys(map(str, range(1_001)), "")),
        "../../climbed_9_assignsubmission_file_/x.ipynb": "x",
    }
    (archive(classroom, unit) / "class.zip").write_bytes(zipped(**students))

    found, said = zip_collect(classroom, unit)

    def of(student: str) -> list[str]:
        return [path.split("/", 2)[2] for path in found if path.startswith(f"{student}/")]

    assert of("Anna") == [NOTEBOOK] and set(of("Large")) == {"a.zip", NOTEBOOK}
    assert of("Broken") == of("Climbs") == of("Many") == ["a.zip"]
    assert of("Links") == [] and "root:" not in "".join(found.values())
    assert of("Late") == [f"a/{NOTEBOOK}"]
    assert not any(NOTEBOOK in path for path in of("Deep"))
    assert not list(classroom.root.rglob("climbed*"))
    for reason in ("cannot be read", "lies outside", "more than 64 MiB", "more than 1000 files"):
        assert reason in said


def with_a_link(target: str) -> bytes:
    """A tar archive with nothing but a symbolic and a hard link."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            member = tarfile.TarInfo(NOTEBOOK)
            member.type, member.linkname = kind, target
            file.addfile(member)
    return buffer.getvalue()


def test_two_people_of_one_name_are_two_students(classroom: Course, unit: Unit) -> None:
    folder = archive(classroom, unit)
    for number in (1, 2):
        (folder / f"Anna Muster_{number}_assignsubmission_file_{NOTEBOOK}").write_text(str(number))

    found, said = zip_collect(classroom, unit)

    assert found == {
        f"Anna Muster {number}/{unit.assignment}/{NOTEBOOK}": str(number) for number in (1, 2)
    }
    assert "one of several people with this name: collected as Anna Muster 2" in said


def test_an_instructors_own_pattern_goes_first(classroom: Course, unit: Unit) -> None:
    with (classroom.root / "nbgrader_config.py").open("a") as file:
        file.write(
            "\nc.FileNameCollectorPlugin.named_regexp = "
            r"r'.*/(?P<student_id>\w+)-(?P<file_id>\w+)\.ipynb'"
        )
    (archive(classroom, unit) / f"anna-{NOTEBOOK}").write_text("mine")

    found, _ = zip_collect(classroom, unit)

    assert found == {f"anna/{unit.assignment}/{NOTEBOOK}": "mine"}


def test_people_are_found_in_the_roster_and_what_was_guessed_is_said(
    classroom: Course, unit: Unit
) -> None:
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("am123", first_name="Anna", last_name="Muster")
        gradebook.add_student("bb1", lms_user_id="4712")
    folder = archive(classroom, unit)
    (folder / f"Anna Muster_1_assignsubmission_file_{NOTEBOOK}").write_text("of anna")
    (folder / f"beispielbert_4712_1_{NOTEBOOK}").write_text("of bert")
    (folder / f"fremdcarla_4713_1_{NOTEBOOK}").write_text("of carla")
    earlier = classroom.root / "submitted" / "Anna Muster" / unit.assignment
    earlier.mkdir(parents=True)

    found, said = zip_collect(classroom, unit)

    assert found == {
        f"{student}/{unit.assignment}/{NOTEBOOK}": text
        for student, text in (
            ("am123", "of anna"), ("bb1", "of bert"), ("fremdcarla_4713", "of carla"),
        )
    }  # fmt: skip
    assert "WARNING] Anna Muster (Moodle 1): am123 in the roster" in said
    assert f"WARNING] Anna Muster (Moodle 1): remove {earlier} if it is the same work" in said
    assert "INFO] beispielbert (Canvas 4712): bb1 in the roster" in said
    assert (
        "WARNING] fremdcarla (Canvas 4713): not in the roster: collected as fremdcarla_4713" in said
    )
    assert said.count("Anna Muster (Moodle 1): am123") == 1


def test_without_a_gradebook_none_is_made(classroom: Course, unit: Unit) -> None:
    (classroom.root / "gradebook.db").unlink()
    (archive(classroom, unit) / f"mustermax_1_2_{NOTEBOOK}").write_text("of max")

    found, _ = zip_collect(classroom, unit)

    assert found == {f"mustermax_1/{unit.assignment}/{NOTEBOOK}": "of max"}
    assert not (classroom.root / "gradebook.db").exists()


def test_a_roster_that_cannot_be_read_stops_the_collection(classroom: Course, unit: Unit) -> None:
    (classroom.root / "gradebook.db").write_bytes(b"no database" * 100)
    (archive(classroom, unit) / f"mustermax_1_2_{NOTEBOOK}").write_text("of max")

    with pytest.raises(subprocess.CalledProcessError) as stopped:
        zip_collect(classroom, unit)

    assert "The roster cannot be read: file is not a database" in stopped.value.stderr
    assert not (classroom.root / "submitted").exists()
