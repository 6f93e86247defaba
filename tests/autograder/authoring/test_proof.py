"""docs/proof.md counts what a recording holds, and rates no message twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring import commands, proof
from autograder.authoring.blind import BlindAnswer, wrong_answers_of
from autograder.authoring.counts import Count, interval
from autograder.course import Course
from autograder.units import unit_named

UNIT = unit_named("meet_cartpole")
COURSE = Course(Path(__file__).resolve().parents[3])
RULE = "meet_cartpole/rule"


def record(points: float, message: str = "") -> dict:
    """A result with one task of five points."""
    check = {"check": "balances", "passed": points == 5, "mistake": "falls", "message": message}
    task = {"task": RULE, "points": points, "max_points": 5, "checks": [check]}
    return {"status": "ok", "mean": None, "tasks": [task]}


def test_right_answers_that_lose_points_are_counted_by_their_origin() -> None:
    records = {
        "meet_cartpole/right/loops": record(5),
        "meet_cartpole/right/loops/renamed": record(4),
        "meet_cartpole/blind right/01_beginner": record(5),
        "dqn/right/other": record(0),
    }

    assert proof.refused(records, UNIT, "right") == Count((), 1)
    assert proof.refused(records, UNIT, "blind right") == Count((), 1)
    variant = proof.refused(records, UNIT, "variant")
    assert variant == Count(("meet_cartpole/right/loops/renamed",), 1)


def test_an_answer_without_tasks_was_refused() -> None:
    records = {"meet_cartpole/right/loops": {"status": "not graded", "mean": None, "tasks": []}}

    assert len(proof.refused(records, UNIT, "right").names) == 1


def test_a_wrong_answer_is_kept_if_its_own_task_has_all_points() -> None:
    records = {"a": record(5), "b": record(3)}

    assert proof.kept(records, {"a": RULE, "b": RULE, "not recorded": RULE}) == Count(("a",), 2)


def test_the_command_fails_if_any_answer_is_misjudged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(commands, "write_proof", lambda course, *_: course.root / "proof.md")
    file = tmp_path / "records.jsonl"
    known = wrong_answers_of(UNIT, COURSE)[0]
    right = "meet_cartpole/right/loops"
    full = record(5)
    full["tasks"][0]["task"] = str(known.task)
    for points, wrong, said in (
        (5, record(0), []),
        (4, record(0), [right]),
        (5, full, [f"meet_cartpole/blind wrong/{known.name}"]),
    ):
        lines = [[right, record(points)], [f"meet_cartpole/blind wrong/{known.name}", wrong]]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

        assert commands.run_proof(COURSE, [file], None) == (1 if said else 0)
        printed = capsys.readouterr().out.splitlines()[1:]
        assert printed == [f"misjudged: {key}" for key in said]


def test_a_verdict_that_depends_on_the_seed_is_counted_once() -> None:
    records = {"a": record(5), "b": record(3, "It fell after 9 steps."), "c": record(0)}
    others = [
        {"a": record(3), "b": record(3, "It fell after 7 steps.")},
        {"a": record(4), "b": record(3)},
    ]

    assert proof.changing(records, others) == Count(("a",), 2)


def test_with_another_seed_an_answer_that_is_not_graded_or_lacks_other_tasks() -> None:
    records = {"a": record(5), "b": record(5)}
    records["a"]["tasks"] += [{"task": "meet_cartpole/other", "points": 1, "checks": []}]
    others = [{"a": record(5), "b": {"status": "not graded: MemoryError", "tasks": []}}]

    assert proof.changing(records, others) == Count(("b",), 2)


def test_an_interval_is_exact() -> None:
    low, high = interval(0, 100)

    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 100))


def test_a_rating_belongs_to_its_message(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [BlindAnswer(f"rule/{n}", RULE, "", "", {"rule": ""}) for n in ("a", "b", "c")]
    ratings = {
        "rule/a": {"message": "falls: It falls by 0.25, 3 times.", "rating": "right cause"},
        "rule/b": {"message": "falls: It fell.", "rating": "vague"},
    }
    monkeypatch.setattr(proof, "wrong_answers_of", lambda *_: answers)
    monkeypatch.setattr(proof, "ratings_of", lambda *_: ratings)
    records = {
        "meet_cartpole/blind wrong/rule/a": record(0, "It falls by -1.5, 12 times."),
        "meet_cartpole/blind wrong/rule/b": record(0, "It falls."),
        "meet_cartpole/blind wrong/rule/c": record(5),
    }

    found = proof.rated(course, records, UNIT)

    assert found == {"right cause": 1, "unrated": 1}


@pytest.mark.parametrize(
    ("message", "later"),
    [
        ("yours says 12.", "yours says 7."),
        ("yours gives [1, 2, 3]", "yours gives [-1, 5, 6.5, 1e-05]"),
        ("yours gives [0.1 0.2]", "yours gives [0.3 0.4 0.5 0.6]"),
        ("filepath=/tmp/one-1/network.keras", "filepath=/var/tmp/a/b-2/network.keras"),
    ],
)
def test_numbers_lists_and_paths_may_differ_under_a_rating(message: str, later: str) -> None:
    assert proof.words(message) == proof.words(later)
    assert proof.words(f"{message} Too few.") != proof.words(f"{later} Too many.")


def test_the_page_names_what_is_wrong(course: Course, tmp_path: Path) -> None:
    key = "meet_cartpole/right/ends_by_two_flags"
    page = "\n".join(proof._page(course, {key: record(2)}))

    assert "1 of 1" in page and key in page
    assert json.dumps(key)[1:-1] in page
