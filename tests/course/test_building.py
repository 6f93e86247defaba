"""A unit is written once; nbgrader makes the students' notebook of it, byte for byte the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.build import build, stale
from autograder.authoring.unit_table import BEGIN, END
from autograder.course import Course, CourseError
from autograder.units import Unit
from tests.course.here import edit


def cells(path: Path) -> dict[str, nbformat.NotebookNode]:
    return {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}


def test_the_student_gets_a_stub_where_the_solution_was(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    released = tiny.released(unit.assignment)
    assert cells(released)["double"].source == (
        'def double(x):\n    """Twice x."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    )
    assert cells(released)["question-why"].source == "YOUR ANSWER HERE"
    text = released.read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "nobody shall see" not in text and "secret" not in text


def test_the_source_stays_out_of_what_students_get(tiny: Course, unit: Unit) -> None:
    source = tiny.source(unit.assignment)
    (source.parent / "picture.svg").write_text("<svg/>", encoding="utf-8")
    build(tiny, [unit])
    released = tiny.released(unit.assignment).parent
    assert sorted(path.name for path in released.iterdir()) == [
        "picture.svg",
        "policy_network.ipynb",
    ]


def test_nbgraders_own_command_releases_the_same(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    released = tiny.released(unit.assignment)
    ours = released.read_bytes()
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", unit.assignment, "--force"]
    subprocess.run(command, cwd=tiny.root, check=True, capture_output=True, timeout=120)
    assert released.read_bytes() == ours
    assert [path.name for path in released.parent.iterdir()] == [released.name]


def test_the_author_writes_two_words_and_nbgrader_gets_all_it_wants(
    tiny: Course, unit: Unit
) -> None:
    build(tiny, [unit])
    check = cells(tiny.released(unit.assignment))["check-double"].metadata
    assert check.nbgrader.points == 3 == unit.max_points
    assert (check.nbgrader.grade, check.nbgrader.solution, check.nbgrader.locked) == (1, 0, 1)
    assert check.nbgrader.schema_version == 3
    assert set(check) == {"deletable", "editable", "nbgrader", "tags"}
    assert check.editable is False and check.deletable is False
    assert "raises-exception" in check.tags


def test_the_notebook_with_solutions_has_them_and_no_outputs(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    solved = cells(tiny.source(unit.assignment).with_suffix(".ipynb"))
    assert "return x + x" in solved["double"].source
    assert solved["double"].outputs == []
    assert list(solved) == [
        "a-tiny-unit", "import-math", "exercise-double-a-number-about-5-minutes", "double",
        "check-double", "why-twice-2-minutes", "question-why",
    ]  # fmt: skip


def test_building_twice_changes_nothing(tiny: Course, unit: Unit) -> None:
    first = build(tiny, [unit])
    assert first == [tiny.released(unit.assignment),
                     tiny.source(unit.assignment).with_suffix(".ipynb")]  # fmt: skip
    assert build(tiny, [unit]) == []
    assert stale(tiny, [unit]) == []


def test_a_change_of_the_source_makes_both_notebooks_stale(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    edit(tiny.source(unit.assignment), "Nothing but doubling.", "Nothing but twice.")
    assert len(stale(tiny, [unit])) == 2
    assert len(stale(tiny, [unit])) == 2, "looking must not build"
    build(tiny, [unit])
    assert stale(tiny, [unit]) == []


def test_a_generated_notebook_changed_by_hand_is_stale(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    released = tiny.released(unit.assignment)
    notebook = json.loads(released.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = ["# By hand"]
    released.write_text(json.dumps(notebook), encoding="utf-8")
    assert stale(tiny, [unit]) == [released]


def test_what_nobody_generates_any_more_goes(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    old = tiny.released(unit.assignment).with_name("old_name.ipynb")
    old.write_text("{}", encoding="utf-8")
    assert stale(tiny, [unit]) == [old]
    assert build(tiny, [unit]) == [old]
    assert not old.exists()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("### END SOLUTION", "", "'double' needs its answer between"),
        ('"grade_id": "double"', '"grade_id": "triple"', "'triple' belongs to no task"),
        ('"check-double", "grade"', '"check-half", "grade"', "'check-half' belongs to no task"),
        ('"grade": true}\ncheck', '"grade": true, "points": 5}\ncheck', "must not say its points"),
        (', "points": 2', "", "'question-why' is graded by hand and needs points"),
        ("of doubling.", "of doubling.\n#\n# **Points**\n#\n# * 1: It doubles.",
         "'question-why' is worth 2 points, but its rubric has 1"),
        ('"question-why"', '"why"', "call it question-why"),
        ("policy_network/double", "policy_network/dubble", "must call check("),
        ("about 5 minutes", "soon", "does not say how long it takes"),
        ("<details>", "<p>", "has no hint"),
        ('"solution": true}', '"solution": true, "pionts": 1}', "no other key"),
        ('nbgrader={"grade_id": "double", "solution": true}', "", "no nbgrader metadata"),
        ('"question-why"', '"double"', "the grade_id double is there more than once"),
        ('# %% nbgrader={"grade_id": "check-double", "grade": true}\n', "", "has no check cell"),
        ("\n# %% nbgrader={\"grade_id\": \"check", '\n# %%\n1\n\n# %% nbgrader={"grade_id": "check',
         "must stand right below double"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_one_line(
    tiny: Course, unit: Unit, old: str, new: str, complaint: str
) -> None:
    build(tiny, [unit])
    edit(tiny.source(unit.assignment), old, new)
    released = tiny.released(unit.assignment).read_bytes()
    with pytest.raises(CourseError) as refused:
        build(tiny, [unit])
    message = str(refused.value)
    assert complaint in message and str(tiny.source(unit.assignment)) in message
    assert "\n" not in message
    assert tiny.released(unit.assignment).read_bytes() == released, "nothing has changed"


def test_the_readme_lists_the_units_where_it_has_a_place_for_them(tiny: Course, unit: Unit) -> None:
    readme = tiny.root / "README.md"
    readme.write_text(f"# Course\n{BEGIN}\nold\n{END}\nMore.\n", encoding="utf-8")
    (tiny.root / "units.txt").write_text("dqn\npolicy_network\n", encoding="utf-8")
    assert readme in build(tiny, [unit])
    lines = readme.read_text(encoding="utf-8").splitlines()
    assert (lines[:2], lines[-2:]) == (["# Course", BEGIN], [END, "More."])
    assert lines[4].startswith("| 1 | `dqn` | ") and lines[5].startswith("| 2 | `policy_network` |")
    assert stale(tiny, [unit]) == []


def test_a_readme_without_a_place_stays_as_it_is(tiny: Course, unit: Unit) -> None:
    readme = tiny.root / "README.md"
    readme.write_text("# Course\n", encoding="utf-8")
    assert readme not in build(tiny, [unit])
