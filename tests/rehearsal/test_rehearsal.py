"""A class on a real JupyterHub, with system accounts, from release to fetched feedback."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.units import unit_named
from rehearsal.course_folder import UNIT
from rehearsal.installation import Installation, missing
from rehearsal.rehearse import EXCHANGES, NAMES, rehearse
from rehearsal.term import rehearse_term

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Where every account can read it; pytest's own temporary folders are closed to others."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        installation = Installation(Path(folder) / "installed")
        installation.install()
        yield installation


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_unit_goes_from_release_to_the_students_feedback(
    installation: Installation, exchange: str
) -> None:
    marks = rehearse(installation, exchange)

    _, anna, bert = NAMES
    tasks = dict(unit_named(UNIT).task_points)
    assert marks == {anna: sum(tasks.values()), bert: tasks[f"{UNIT}/play_episode"]}


def test_a_term_of_twelve_students_ends_with_the_marks_that_they_earned(
    installation: Installation,
) -> None:
    rehearse_term(installation)
