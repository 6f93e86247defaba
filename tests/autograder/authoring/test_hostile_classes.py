"""What hostile classes earned and cost is written by their tests, and read for docs/proof.md."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring import commands
from autograder.authoring.hostile_classes import (
    HostileClass,
    hostile_section,
    read_hostile_classes,
)
from autograder.course import Course, CourseError

CLASS = HostileClass(
    unit="little",
    family="forgery",
    earned={"forged": 3.0, "honest_in_part": 2.0},
    honest={"forged": 1.0, "honest_in_part": 2.0},
    grader_bytes=64 << 20,
    processor_seconds=30.0,
    limit_seconds=60.0,
)


def test_a_class_is_read_as_it_was_measured_last(tmp_path: Path) -> None:
    file = tmp_path / "hostile.jsonl"
    later = replace(CLASS, earned=CLASS.honest)
    for each in (CLASS, replace(CLASS, family="memory"), later):
        each.append_to(file)
    assert read_hostile_classes(file) == [later, replace(CLASS, family="memory")]


@pytest.mark.parametrize("content", ["", "no JSON\n", '{"unit": "little"}\n'])
def test_a_file_of_anything_else_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "hostile.jsonl"
    file.write_text(content)
    with pytest.raises(CourseError, match=r"hostile\.jsonl holds no hostile classes"):
        read_hostile_classes(file)


def test_the_page_counts_attacks_that_paid_and_shows_the_largest_cost() -> None:
    small = replace(CLASS, family="memory", earned=CLASS.honest, grader_bytes=0)
    page = "\n".join(hostile_section([small, CLASS]))
    assert "1 of 4" in page and "`little, forged`" in page and "honest_in_part" not in page
    assert "64 MiB" in page and "0.50 times" in page


def test_the_command_fails_if_an_attack_pays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "write_proof", lambda course, *_: course.root / "proof.md")
    records, file = tmp_path / "records.jsonl", tmp_path / "hostile.jsonl"
    record = {"status": "ok", "mean": None, "tasks": []}
    records.write_text(json.dumps(["little/untouched/untouched", record]) + "\n")
    CLASS.append_to(file)
    assert commands.run_proof(Course(tmp_path), [records], file) == 1
    assert "misjudged: little, forged" in capsys.readouterr().out

    replace(CLASS, earned=CLASS.honest).append_to(file)
    assert commands.run_proof(Course(tmp_path), [records], file) == 0
