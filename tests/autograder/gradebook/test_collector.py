"""What `nbgrader collect` takes out of an exchange into which everybody can write."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from traitlets.config import Config

from autograder.gradebook.collector import MAX_FILES, SafeCollect
from autograder.grading.notebook_file import MAX_BYTES

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of other users")

ASSIGNMENT = "2_policy_network"
STUDENT, UID, STRANGER = "daemon", 1, 2
TIME = "2026-03-01 12:00:00.000000 UTC"


class Exchange:
    """A course, and an exchange in which students' folders lie."""

    def __init__(self, root: Path) -> None:
        self.inbound = root / "exchange" / "course" / "inbound"
        self.inbound.mkdir(parents=True)
        self.course = root / "instructor"
        self.course.mkdir()
        self.submitted = self.course / "submitted"

    def hand_in(self, student: str = STUDENT, time: str = TIME, **files: str) -> Path:
        folder = self.inbound / f"{student}+{ASSIGNMENT}+{time}+a1b2c3"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        (folder / "timestamp.txt").write_text(time)
        give(folder)
        return folder

    def collect(self, **settings: bool) -> None:
        coursedir = CourseDirectory(
            root=str(self.course), course_id="course", assignment_id=ASSIGNMENT
        )
        coursedir.groupshared = settings.pop("groupshared", False)
        config = Config({"Exchange": {"root": str(self.inbound.parents[1])}})
        collect = SafeCollect(coursedir=coursedir, config=config)
        for name, value in settings.items():
            setattr(collect, name, value)
        collect.start()

    def collected(self, student: str = STUDENT) -> dict[str, str]:
        folder = self.submitted / student / ASSIGNMENT
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(folder)): path.read_text() for path in files}


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange").chmod(0o777)
    return Exchange(tmp_path)


def give(folder: Path, uid: int = UID) -> None:
    """Make a folder and its files a student's."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


def test_a_submission_is_collected_into_a_closed_folder(exchange: Exchange) -> None:
    exchange.hand_in(notebook="mine")

    exchange.collect()

    assert exchange.collected() == {"notebook": "mine", "timestamp.txt": TIME}
    for path in (exchange.submitted, *exchange.submitted.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert path.stat().st_uid == 0


@pytest.mark.parametrize("groupshared", [False, True])
def test_folders_that_are_open_to_others_are_closed(exchange: Exchange, groupshared: bool) -> None:
    folders = (exchange.submitted, exchange.submitted / STUDENT)
    folders[1].mkdir(parents=True)
    for folder in folders:
        folder.chmod(0o777)
    exchange.hand_in(notebook="mine")

    exchange.collect(groupshared=groupshared)

    closed = 0o2770 if groupshared else 0o700
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [closed, closed]
    assert exchange.collected()["notebook"] == "mine"


@pytest.mark.parametrize("name", ["", STUDENT])
def test_into_a_strangers_folder_nothing_is_collected(
    exchange: Exchange, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = exchange.submitted / name
    folder.mkdir(parents=True)
    give(folder, STRANGER)
    exchange.hand_in(notebook="mine")

    with pytest.raises(ExchangeError, match="1 submissions"):
        exchange.collect()

    assert exchange.collected() == {}
    assert f"{folder} belongs to bin" in caplog.text


def test_in_a_course_of_several_an_instructor_collects_into_a_colleagues_folder(
    exchange: Exchange,
) -> None:
    (exchange.submitted / STUDENT).mkdir(parents=True)
    give(exchange.submitted, STRANGER)
    for folder in (exchange.submitted, exchange.submitted / STUDENT):
        folder.chmod(0o2770)
    exchange.hand_in(notebook="mine")

    exchange.collect(groupshared=True)

    assert exchange.collected()["notebook"] == "mine"


def test_in_a_course_of_several_instructors_their_group_can_read_it(exchange: Exchange) -> None:
    exchange.hand_in(notebook="mine")

    exchange.collect(groupshared=True)

    folder = exchange.submitted / STUDENT / ASSIGNMENT
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770
    assert stat.S_IMODE((folder / "notebook").stat().st_mode) == 0o660


@pytest.mark.parametrize("kind", ("link", "hard link", "pipe", "foreign file", "huge file"))
def test_what_is_not_an_own_ordinary_file_is_left_out_and_named(
    exchange: Exchange, kind: str
) -> None:
    solution = exchange.course / "solution.ipynb"
    solution.write_text("all the answers")
    folder = exchange.hand_in(other="mine")
    odd = folder / "notebook.ipynb"
    {
        "link": lambda: odd.symlink_to(solution),
        "hard link": lambda: os.link(solution, odd),
        "pipe": lambda: os.mkfifo(odd),
        "foreign file": lambda: odd.write_text("somebody else's"),
        "huge file": lambda: os.truncate(os.open(odd, os.O_CREAT | os.O_RDWR), MAX_BYTES + 1),
    }[kind]()
    os.chown(odd, STRANGER if kind == "foreign file" else UID, -1, follow_symlinks=False)

    with pytest.raises(ExchangeError, match="1 submissions"):
        exchange.collect()

    assert exchange.collected() == {"other": "mine", "timestamp.txt": TIME}


def test_a_linked_folder_inside_a_submission_is_not_followed(exchange: Exchange) -> None:
    secret = exchange.course / "secret"
    secret.mkdir()
    (secret / "key").write_text("secret")
    folder = exchange.hand_in(notebook="mine")
    (folder / "data").symlink_to(secret)

    with pytest.raises(ExchangeError):
        exchange.collect()

    assert "data/key" not in exchange.collected()


@pytest.mark.parametrize("linked", (True, False), ids=("a link", "another owner"))
def test_a_folder_that_is_not_the_students_is_not_collected(
    exchange: Exchange, linked: bool
) -> None:
    folder = exchange.hand_in(notebook="forged")
    if linked:
        folder.rename(exchange.course / "elsewhere")
        folder.symlink_to(exchange.course / "elsewhere")
    else:
        give(folder, STRANGER)

    with pytest.raises(ExchangeError):
        exchange.collect()

    assert exchange.collected() == {}


def test_where_all_students_are_one_user_the_owner_is_not_asked_for(exchange: Exchange) -> None:
    exchange.hand_in("anna+ml@uni.example", notebook="mine")

    exchange.collect(check_owner=False)

    assert exchange.collected("anna+ml@uni.example")["notebook"] == "mine"


def test_too_many_files_are_cut_off(exchange: Exchange) -> None:
    exchange.hand_in(**{f"file{number}": "x" for number in range(MAX_FILES + 5)})

    with pytest.raises(ExchangeError):
        exchange.collect()

    assert len(exchange.collected()) == MAX_FILES


def test_an_odd_name_costs_nobody_else_a_submission(exchange: Exchange) -> None:
    exchange.hand_in(notebook="mine")
    for name in (f"x+{ASSIGNMENT}+never+1", f"=1+1+{ASSIGNMENT}+{TIME}+1", "nonsense"):
        (exchange.inbound / name).mkdir()

    exchange.collect()

    assert exchange.collected()["notebook"] == "mine"
    assert [path.name for path in exchange.submitted.iterdir()] == [STUDENT]


def test_the_latest_submission_counts_and_replaces_with_update(exchange: Exchange) -> None:
    exchange.hand_in(notebook="first")
    exchange.collect()
    exchange.hand_in(time="2026-03-02 12:00:00.000000 UTC", notebook="second")

    exchange.collect()
    assert exchange.collected()["notebook"] == "first"

    exchange.collect(update=True)
    assert exchange.collected()["notebook"] == "second"
    assert [path.name for path in (exchange.submitted / STUDENT).iterdir()] == [ASSIGNMENT]


def test_a_submission_that_is_refused_leaves_the_earlier_one(exchange: Exchange) -> None:
    exchange.hand_in(notebook="first")
    exchange.collect()
    give(exchange.hand_in(time="2026-03-02 12:00:00.000000 UTC", notebook="forged"), STRANGER)

    with pytest.raises(ExchangeError):
        exchange.collect(update=True)

    assert exchange.collected()["notebook"] == "first"


@pytest.mark.parametrize("time", (b"", b"yesterday", b"\xff\xfe\xff"))
def test_a_submission_without_a_time_in_it_is_collected_again_and_stops_nobody(
    exchange: Exchange, time: bytes
) -> None:
    folder = exchange.hand_in(notebook="mine")
    (folder / "timestamp.txt").write_bytes(time)
    give(folder)
    exchange.collect(update=True)
    copy = exchange.submitted / STUDENT / ASSIGNMENT / "notebook"
    before = copy.stat().st_mtime_ns

    exchange.collect(update=True)

    assert copy.read_text() == "mine"
    assert copy.stat().st_mtime_ns == before, "a watch would take it for new"
