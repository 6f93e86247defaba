import stat
import threading

import pytest

from autograder.course import Course, CourseError


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "nbgrader_config.py").touch()
    return Course(tmp_path)


def test_a_course_is_found_from_within(empty):
    inner = empty.root / "submitted" / "ada"
    inner.mkdir(parents=True)

    assert Course.find(inner) == empty


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(empty):
    secret = empty.secret()

    assert len(secret) == 32
    assert empty.secret() == secret
    mode = stat.S_IMODE((empty.root / ".autograder" / "secret").stat().st_mode)
    assert mode == 0o600


def test_graders_that_start_at_once_agree_on_the_secret(empty):
    found = []
    threads = [threading.Thread(target=lambda: found.append(empty.secret())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1 and len(found) == 8
    assert [path.name for path in (empty.root / ".autograder").iterdir()] == ["secret"]


def test_a_damaged_secret_is_one_clear_line(empty):
    empty.secret()
    (empty.root / ".autograder" / "secret").write_text("no hex")

    with pytest.raises(CourseError, match="secret cannot be read"):
        empty.secret()


def test_submissions_are_found_by_student(empty):
    for student in ("bob", "ada"):
        (empty.root / "submitted" / student / "2_policy_network").mkdir(parents=True)
    (empty.root / "submitted" / "eve").mkdir()

    assert list(empty.submitted("2_policy_network")) == ["ada", "bob"]
