"""A file is replaced whole, with its permissions, and nothing is left of a failed attempt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.grading.whole_file import replace_text, write_whole


def test_the_text_and_the_permissions_are_there_together(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old", encoding="utf-8")

    write_whole(path, "größer", mode=0o640)

    assert path.read_text(encoding="utf-8") == "größer"
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_a_mode_only_the_owner_reads_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "secret", "x")

    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_failed_attempt_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, "new")

    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
    assert path.read_text(encoding="utf-8") == "old"


def test_a_replaced_file_keeps_its_permissions_and_a_new_one_has_the_usual_ones(
    tmp_path: Path,
) -> None:
    old, new, usual = tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "usual"
    old.write_text("old", encoding="utf-8")
    old.chmod(0o640)
    usual.touch()

    for path in (old, new):
        replace_text(path, "größer")

    assert (old.read_text("utf-8"), new.read_text("utf-8")) == ("größer", "größer")
    assert old.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode == usual.stat().st_mode


def test_a_file_with_the_same_text_keeps_its_time(tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("größer", encoding="utf-8")
    os.utime(path, (1, 1))

    replace_text(path, "größer")

    assert path.stat().st_mtime == 1
