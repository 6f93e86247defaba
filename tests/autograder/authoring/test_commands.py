"""The commands of authors say what there is to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring import commands
from autograder.authoring.commands import DONE, run_build
from autograder.authoring.first_cell import PLACEHOLDER_HOST
from autograder.course import Course


@pytest.mark.parametrize(("host", "is_told"), [(PLACEHOLDER_HOST, True), ("uni.example", False)])
def test_a_build_says_once_that_the_address_for_students_is_missing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
    is_told: bool,
) -> None:
    address = f'[project.urls]\nStudents = "https://{host}/pole"\n'
    (tmp_path / "pyproject.toml").write_text(address, "utf-8")
    monkeypatch.setattr(commands, "build", lambda *_: [])
    assert run_build(Course(tmp_path), []) == DONE
    said = capsys.readouterr().out
    assert said.startswith("Every generated file is up to date.\n")
    assert said.count("put its address into pyproject.toml") == is_told
