"""Times as exchanges, platforms and people write them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from autograder.grading.timestamps import NotATime, handed_in_at, moment

NOON = datetime(2026, 3, 1, 12)


@pytest.mark.parametrize(
    "text",
    (
        "2026-03-01 12:00:00.000000 UTC",
        "2026-03-01 12:00:00",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01T12:00:00Z",
        "2026-03-01 13:00 CET",
        "2026-03-01 07:00 EST",
        "2026-03-01 13:00 Europe/Berlin",
        "2026-03-01T13:00:00+01:00[Europe/Berlin]",
        "01.03.2026 12:00",
        "Sunday, 1 March 2026, 12:00 PM",
        "20260301T120000Z",
    ),
)
def test_a_moment_is_understood(text: str) -> None:
    assert moment(text) == NOON


@pytest.mark.parametrize(
    ("text", "why"),
    (
        ("", "empty"),
        ("yesterday", "its date"),
        ("12:30", "its date"),
        ("03/04/2026 12:00", "its date"),
        ("2026-03-01 12:00 IST", "IST is not known"),
        ("2026-03-01 12:00 Mars/Base", "Mars/Base is not known"),
        ("2026-13-41", "not a date"),
    ),
)
def test_what_could_be_several_moments_or_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotATime, match=why):
        moment(text)


@pytest.mark.parametrize("encoding", ("utf-8", "utf-8-sig", "utf-16"))
def test_byte_order_marks_are_no_part_of_a_time(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC\r\n", encoding=encoding)

    assert handed_in_at(tmp_path) == NOON


def test_without_a_file_there_is_no_time(tmp_path: Path) -> None:
    assert handed_in_at(tmp_path) is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("2026-03-01")
    (tmp_path / "timestamp.txt").symlink_to(tmp_path / "elsewhere")

    assert handed_in_at(tmp_path) is None
