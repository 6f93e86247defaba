"""A class is graded by this grader and by others, and the tables say how fast."""

import pytest

from autograder.authoring.bench import peers
from autograder.authoring.bench.classes import build
from autograder.authoring.bench.grading import OURS, BenchClass, compare_graders
from autograder.authoring.bench.measurements import Measurements
from autograder.authoring.bench.ours import graded
from autograder.authoring.edits import mistakes_of
from autograder.grading.notebook import read_skeleton, read_submission
from autograder.units import unit_named

UNIT = unit_named("meet_cartpole")


def answers(run, number):
    """What a student of a class wrote, by exercise."""
    path = run.root / "submitted" / f"s{number:04d}" / UNIT.assignment / f"{UNIT.name}.ipynb"
    submission = read_submission(path, read_skeleton(run.released(UNIT.assignment)))
    return {cell.name: cell.source for cell in submission.cells if cell.solution}


def test_a_class_has_solved_half_solved_and_wrong_notebooks_with_contents_of_their_own(
    course, tmp_path
):
    run = build(course, UNIT, 7, tmp_path)
    files = [path.read_bytes() for path in sorted((run.root / "submitted").rglob("*.ipynb"))]
    assert len(set(files)) == 7
    solved, half_solved, wrong = (answers(run, number) for number in range(3))
    mistake = mistakes_of(UNIT, course)[0]
    assert "NotImplementedError" not in "".join(solved.values())
    assert "NotImplementedError" in "".join(half_solved.values())
    assert {name for name in solved if solved[name] != wrong[name]} == {
        edit.cell for edit in mistake.edits
    }
    assert answers(run, 3) == solved
    assert answers(run, 5) not in (solved, wrong)  # the next mistake


def test_a_class_is_graded_and_shown(course, tmp_path):
    run = build(course, UNIT, 3, tmp_path)
    measured = graded(run, UNIT.name, jobs=1)
    assert len(list((run.root / "feedback").rglob("*.html"))) == 3
    assert len(measured["judging"]) == 3 and min(measured["judging"]) > 0
    assert measured["seconds"] > sum(measured["judging"]) + measured["filing"]
    assert measured["filing_processor"] > measured["filing_main"] > 0
    assert measured["again"] > 0
    assert measured["peak_bytes"] > 50 * 2**20


@pytest.mark.slow
def test_nbgrader_executes_the_same_notebooks(course, tmp_path):
    run = build(course, UNIT, 1, tmp_path)
    measured = peers.nbgrader(course, run, UNIT, 1)
    assert measured["pages"] == 1
    assert measured["seconds"] >= measured["autograde"] > 0


def test_the_tables_compare_rates_and_workers(course, tmp_path, capsys):
    kept = Measurements(tmp_path / "bench.json")
    one = BenchClass(UNIT, 2)
    ours = {
        "judging": [30.0, 30.0], "filing": 1.0, "filing_processor": 0.3, "filing_main": 0.1,
        "again": 0.2, "peak_bytes": 200 * 2**20,
    }  # fmt: skip
    for cores in (1, 2):
        names = [f"{grader}, {one.name}, {cores} cores, round 0" for grader in (OURS, "nbgrader")]
        faster = ours | {"judging": [20.0, 10.0]} if cores == 2 else ours
        kept.get(names[0], lambda mine=faster, all=60.0 / cores: mine | {"seconds": all})
        kept.get(names[1], lambda: {"seconds": 240.0})

    compare_graders(course, [one], 1, kept, (OURS, "nbgrader"))

    shown = [line.replace("│", " ").split() for line in capsys.readouterr().out.splitlines()]
    assert ["autograder", "2.0", "4.0", "1.0", "1.0"] in shown
    assert ["nbgrader", "0.5", "0.5", "4.0", "8.0"] in shown
    text = [" ".join(line) for line in shown]
    assert "gradebook and feedback, processor seconds for each student 0.150" in text
    assert "two workers, judging, times as fast as one 2.00" in text
    assert "peak memory of the main process, MiB 200" in text
