"""A unit of one's own: in a package outside this repository, or as one more unit in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.new_unit import run_new_unit
from autograder.course import Course, CourseError
from autograder.units import unit_named
from tests.course.own_course import OwnCourse, install

OWN, OURS = "first_steps", unit_named("meet_cartpole")


@pytest.fixture(scope="module")
def own(course: Course, tmp_path_factory: pytest.TempPathFactory) -> OwnCourse:
    """A course with a unit as `autograder new-unit` writes it, and one of ours beside it."""
    root = tmp_path_factory.mktemp("own") / "my-course"
    site = root.with_name("site")
    root.mkdir()
    own = OwnCourse(root, site, course.root)
    own.autograder("new-unit", OWN)
    install(root, site)
    ours = course.source(OURS.assignment).parent
    shutil.copytree(ours, root / "solutions" / ours.name)
    return own


def test_it_is_built_beside_a_unit_of_ours_wherever_it_stands_in_the_list(own: OwnCourse) -> None:
    notebooks = {}
    for units in ((OURS.name, OWN), (OWN, OURS.name)):
        own.list_units(*units)
        own.autograder("build")
        notebooks[units] = sorted(path.name for path in (own.root / "course").iterdir())
    assert notebooks[OURS.name, OWN] == notebooks[OWN, OURS.name] == [OURS.assignment, OWN]
    assert "the unit “Deep Q-learning”" in own.prose(OURS.assignment), "which is left out"


def test_each_of_its_students_gets_the_announced_marks(own: OwnCourse) -> None:
    own.list_units(OURS.name, OWN)
    own.autograder("build")
    for unit, assignment, points in ((OWN, OWN, 3), (OURS.name, OURS.assignment, OURS.max_points)):
        source = own.root / "solutions" / assignment / f"{unit}.ipynb"
        released = own.root / "course" / assignment / f"{unit}.ipynb"
        for notebook, earned in ((source, points), (released, 0)):
            result = json.loads(own.autograder("check", notebook, "--json"))
            assert (result["status"], result["points"]) == ("ok", earned), notebook
            assert result["max_points"] == points


@pytest.mark.slow
def test_it_passes_validation_and_its_class_is_graded(own: OwnCourse) -> None:
    own.list_units(OWN)
    own.autograder("build")
    assert "cases hold" in own.autograder("validate", OWN, "--fast", "--jobs", 1)
    table = own.autograder("demo", OWN)
    assert "3 students: 3 ok." in table and "forgets_the_discount" in table


def test_its_own_tests_pass(own: OwnCourse) -> None:
    own.run("pytest", "-q", "-p", "no:cacheprovider", "tests")


def test_a_second_unit_joins_the_same_package(own: OwnCourse, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(own.root, copy, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    OwnCourse(copy, copy, Course.find().root).autograder("new-unit", "second_steps")
    pyproject = (copy / "pyproject.toml").read_text(encoding="utf-8")
    assert 'second_steps = "my_course.second_steps:UNIT"' in pyproject
    assert (copy / "units.txt").read_text(encoding="utf-8").split()[-1] == "second_steps"


@pytest.fixture(scope="module")
def repository(course: Course, tmp_path_factory: pytest.TempPathFactory) -> OwnCourse:
    """A copy of this repository, in which another unit is written."""
    root = tmp_path_factory.mktemp("repository")
    for name in ("autograder", "helpers", "solutions"):
        shutil.copytree(course.root / name, root / name)
    for name in ("nbgrader_config.py", "units.txt", "pyproject.toml"):
        shutil.copy(course.root / name, root)
    copy = OwnCourse(root, root)
    copy.autograder("new-unit", OWN)
    return copy


def test_in_the_repository_it_is_one_more_unit_of_the_course(repository: OwnCourse) -> None:
    root = repository.root
    assert (root / "units.txt").read_text(encoding="utf-8").split()[-1] == OWN
    assert (root / "tests" / "autograder" / "units" / f"test_{OWN}.py").is_file()
    assert "up to date" in repository.autograder("build", OWN)


@pytest.mark.slow
def test_in_the_repository_it_passes_validation(repository: OwnCourse) -> None:
    assert "cases hold" in repository.autograder("validate", OWN, "--fast", "--jobs", 1)


def test_it_is_written_as_the_repository_is_formatted(
    repository: OwnCourse, course: Course
) -> None:
    root = repository.root
    written = [*root.rglob(f"*{OWN}.py"), *(root / "solutions").rglob("*.py")]
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--force-exclude"], ["format", "--check", "--force-exclude"]):
        done = subprocess.run([*ruff, *command, *written], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("Tabular-Q", "cannot name a unit"),
        ("class", "cannot name a unit"),
        ("dqn", "There is a unit dqn already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(tmp_path: Path, name: str, complaint: str) -> None:
    with pytest.raises(CourseError, match=complaint):
        run_new_unit(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(CourseError, match="not empty"):
        run_new_unit(tmp_path, OWN)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_its_students_get_holds_its_module_and_works_alone(
    own: OwnCourse, tmp_path: Path
) -> None:
    own.list_units(OWN)
    own.autograder("build")
    own.autograder("release", "--output", tmp_path / "student")
    [wheel] = (tmp_path / "student").glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, tmp_path / "site", wheel], check=True, timeout=120)
    code = f"from autograder import start_unit; start_unit({OWN!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.startswith(f"Ready: {OWN}, "), done.stderr
