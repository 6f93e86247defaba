"""The example in examples/: a unit about another world, from a package and a course of its own."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
import yaml

from autograder.course import Course
from tests.course.own_course import OwnCourse, install

UNIT = "tabular_q"
POINTS = {"q_table": 2, "greedy": 2, "epsilon_greedy": 3, "td_target": 3, "update": 3}
POINTS |= {"q_learning": 4, "agent": 6}


@pytest.fixture(scope="module")
def example(course: Course, tmp_path_factory: pytest.TempPathFactory) -> OwnCourse:
    """A copy of the example outside the repository, installed and built."""
    root = tmp_path_factory.mktemp("example") / "my-course"
    site = root.with_name("site")
    shutil.copytree(course.root / "examples" / UNIT, root)
    install(root, site)
    example = OwnCourse(root, site, course.root)
    example.autograder("build")
    return example


def test_its_notebook_is_built_without_its_solution(example: OwnCourse) -> None:
    released = Course(example.root).released(UNIT).read_text(encoding="utf-8")
    assert 'check(\\"tabular_q/td_target\\", td_target)' in released
    assert "YOUR CODE HERE" in released and "next_value * ~terminated" not in released
    assert "up to date" in example.autograder("build")


def test_it_passes_validation(example: OwnCourse) -> None:
    assert "cases hold" in example.autograder("validate", UNIT, "--fast", "--jobs", 1)


def test_its_own_tests_pass(example: OwnCourse) -> None:
    example.run("pytest", "-q", "-p", "no:cacheprovider", "tests")


@pytest.fixture(scope="module")
def marks(example: OwnCourse) -> dict[str, dict[str, str]]:
    """What each student of its class gets in the sandbox, by name."""
    example.autograder("demo", UNIT)
    reports = example.root / "demo" / "run" / UNIT / "reports" / UNIT
    with (reports / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("student", "lost"),
    [
        ("solved", set()),
        ("untouched", set(POINTS)),
        ("one_action_for_all", {"greedy", "epsilon_greedy", "q_learning", "agent"}),
        # Whatever finds the shortest way without learning it fails in disguise.
        ("path_by_hand", {"agent"}),
        ("table_brought_along", {"agent"}),
    ],
)
def test_its_class_gets_the_announced_marks(
    marks: dict[str, dict[str, str]], example: OwnCourse, student: str, lost: set[str]
) -> None:
    earned = {name: 0 if name in lost else points for name, points in POINTS.items()}
    row = marks[student]
    assert row["status"] == "ok"
    assert {name: float(row[name]) for name in POINTS} == earned
    announced = example.root / "solutions" / UNIT / "students" / f"{student}.yaml"
    assert yaml.safe_load(announced.read_text(encoding="utf-8"))["expected"]["status"] == "ok"


def test_its_agent_walks_the_shortest_way(marks: dict[str, dict[str, str]]) -> None:
    assert float(marks["solved"]["mean_score"]) == -13


def test_in_disguise_the_same_table_leads_elsewhere(marks: dict[str, dict[str, str]]) -> None:
    assert float(marks["table_brought_along"]["mean_score"]) < -13


def lines_that_name_it(root: Path) -> list[str]:
    """Lines of code and templates that know the example or its environment."""
    named = re.compile(r"cliff|tabular_q|my_course", re.IGNORECASE)
    files = (path for folder in ("autograder", "helpers") for path in (root / folder).rglob("*"))
    readable = (path for path in files if path.is_file() and path.suffix not in (".pyc", ".png"))
    return [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in readable
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line)
    ]


def test_no_line_of_the_autograder_exists_for_it(course: Course) -> None:
    assert lines_that_name_it(course.root) == []


def test_the_search_finds_such_a_line(tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "environments.py").write_text('x = 1\nif id == "CliffWalking-v1":\n')
    assert lines_that_name_it(tmp_path) == ['helpers/environments.py: if id == "CliffWalking-v1":']


SHOWN = ("toml", "python", "yaml")
BLOCK = re.compile(r"^(`{3,4})(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
#: A line of a shown piece that stands for lines that are left out.
LEFT_OUT = re.compile(r"^ *# …$\n?", re.MULTILINE)


def worked_example(course: Course) -> list[str]:
    """The pieces of files that docs/authors.md shows of the example."""
    page = (course.root / "docs" / "authors.md").read_text(encoding="utf-8")
    part = page[page.index("## A unit of your own") : page.index("## Dependencies")]
    return [text for _, language, text in BLOCK.findall(part) if language in SHOWN]


def is_shown(piece: str, file: str) -> bool:
    """Whether a file holds all parts of a piece, in their order, at whatever indentation."""
    lines = unindented(file)
    for part in map(unindented, LEFT_OUT.split(piece)):
        _, found, lines = lines.partition(part)
        if not found:
            return False
    return True


def unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def test_the_page_shows_the_example_as_it_is(course: Course) -> None:
    root = course.root / "examples" / UNIT
    files = [
        path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.suffix in (".py", ".toml", ".yaml")
    ]
    pieces = worked_example(course)
    assert len(pieces) >= 8
    for piece in pieces:
        assert any(is_shown(piece, file) for file in files), piece


def test_a_piece_that_has_changed_is_noticed() -> None:
    file = "def f():\n    a = 1\n    b = 2\n    return a + b\n"
    assert is_shown("def f():\n    # …\n    return a + b\n", file)
    assert not is_shown("def f():\n    # …\n    return a * b\n", file)
    assert not is_shown("return a + b\n# …\ndef f():\n", file)


def test_the_page_counts_the_mistakes_and_answers(course: Course) -> None:
    page = (course.root / "docs" / "authors.md").read_text(encoding="utf-8")
    folder = course.root / "examples" / UNIT / "solutions" / UNIT
    counts = [
        (folder / name).read_text(encoding="utf-8").count(f"    {kind}(\n")
        for name, kind in (("mistakes.py", "Mistake"), ("right_answers.py", "RightAnswer"))
    ]
    assert "{} mistakes, {} right answers".format(*counts) in page
