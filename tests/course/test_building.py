"""A unit is written once; nbgrader makes the students' notebook of it, byte for byte the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.build import build, register, stale
from autograder.course import Course, CourseError
from autograder.units import Unit


def edit(course: Course, unit: Unit, old: str, new: str) -> None:
    """Change the unit's source in one place."""
    source = course.source(unit.assignment)
    text = source.read_text(encoding="utf-8")
    assert text.count(old) == 1
    source.write_text(text.replace(old, new), encoding="utf-8")


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
    edit(tiny, unit, "Nothing but doubling.", "Nothing but twice.")
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
    edit(tiny, unit, old, new)
    released = tiny.released(unit.assignment).read_bytes()
    with pytest.raises(CourseError) as refused:
        build(tiny, [unit])
    message = str(refused.value)
    assert complaint in message and str(tiny.source(unit.assignment)) in message
    assert "\n" not in message
    assert tiny.released(unit.assignment).read_bytes() == released, "nothing has changed"


def points_in_gradebook(course: Course, unit: Unit) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_notebook(unit.name, unit.assignment)
        return {cell.name: cell.max_score for cell in notebook.grade_cells}


def test_the_gradebook_learns_of_a_unit_once(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    assert not (tiny.root / "gradebook.db").exists(), "building is not grading"
    assert register(tiny, unit) is True
    assert points_in_gradebook(tiny, unit) == {"check-double": 3, "question-why": 2}
    assert register(tiny, unit) is False


def test_the_gradebook_learns_of_new_points_and_new_cells(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    register(tiny, unit)
    edit(tiny, unit, '"points": 2', '"points": 4')
    edit(tiny, unit, "import math", "import math  # and more")
    build(tiny, [unit])
    assert register(tiny, unit) is True
    assert points_in_gradebook(tiny, unit)["question-why"] == 4
    edit(tiny, unit, "question-why", "question-how")
    build(tiny, [unit])
    assert register(tiny, unit) is True
    assert set(points_in_gradebook(tiny, unit)) == {"check-double", "question-how"}


def test_the_gradebook_keeps_the_submissions_it_has(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    register(tiny, unit)
    with Gradebook(f"sqlite:///{tiny.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(unit.assignment, "ada")
    edit(tiny, unit, "question-why", "question-how")
    build(tiny, [unit])
    with pytest.raises(CourseError, match="holds submissions of 2_policy_network"):
        register(tiny, unit)
    assert set(points_in_gradebook(tiny, unit)) == {"check-double", "question-why"}


def test_a_unit_that_is_not_built_cannot_be_registered(tiny: Course, unit: Unit) -> None:
    with pytest.raises(CourseError, match="run `make course`"):
        register(tiny, unit)


def test_a_gradebook_that_cannot_be_written_is_named(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    (tiny.root / "gradebook.db").mkdir()
    with pytest.raises(CourseError, match=r"gradebook\.db cannot be used"):
        register(tiny, unit)
