"""What docs/security.md promises has tests, and its numbers are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.gradebook import display, filing, unpacking
from autograder.grading import judging, session
from autograder.processes.allowance import Allowance
from autograder.sandbox import channel
from autograder.sandbox.limits import ADDRESS_SPACE_RESERVE, GIBIBYTE, MEBIBYTE, Limits
from autograder.worker import __main__ as worker
from autograder.worker import protocol
from tests.architecture.imports import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = ROOT / "tests"
HOSTILE = TESTS / "hostile" / "submissions"
#: `grading/test_batch.py::test_copies_are_judged_once`, or a hostile submission, `dozes.py`.
NAMED = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")


def promises(page: str) -> list[list[str]]:
    """The cells of each row of the tables that have a column `test`; that column is the last."""
    found, inside = [], False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if "|" in line[:1] else []
        if not cells:
            inside = False
        elif inside and not line.startswith("|---"):
            found.append(cells)
        elif cells[-1] == "test":
            inside = True
    return found


def unproved(cells: list[str]) -> list[str]:
    """The tests of a promise that do not exist; the promise itself if it names none."""
    named = NAMED.findall(cells[-1])
    return [f"{file}::{test}" for file, test in named if not exists(file, test)] or (
        [] if named else cells[:1]
    )


def exists(file: str, test: str) -> bool:
    """Whether there is such a test, or such a hostile submission where no test is named."""
    if not test:
        return (HOSTILE / file).is_file()
    places = (TESTS / "autograder", TESTS / "autograder" / "sandbox")
    return any(_defines(place / file, test) for place in places)


def _defines(file: Path, test: str) -> bool:
    return file.is_file() and f"def {test}(" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("cells", promises(PAGE), ids=lambda cells: cells[0][:40])
def test_every_promise_has_its_tests(cells: list[str]) -> None:
    assert unproved(cells) == []


def test_the_search_finds_what_does_not_exist() -> None:
    page = (
        "| promise | where | test |\n|---|---|---|\n"
        "| One | `x.py` | `test_watch.py::test_nothing`, `dozes.py` |\n"
        "| Two | `x.py` | by nothing |\n"
        "| Three | `x.py` | `sleeps.py` |\n\n| limit | value |\n|---|---|\n| files | 3 |\n"
    )

    assert [unproved(cells) for cells in promises(page)] == [
        ["test_watch.py::test_nothing"], ["Two"], ["sleeps.py::"],
    ]  # fmt: skip
    assert len(promises(PAGE)) > 40


def test_other_hostile_submissions_that_the_page_names_exist() -> None:
    assert exists("questions_answered_by_the_digests.py", "")


LIMITS = Limits()


@pytest.mark.parametrize(
    "text",
    (
        f"| processor time | {LIMITS.processor_seconds:.0f} s |",
        f"| memory | {LIMITS.memory_bytes // GIBIBYTE} GiB |",
        f"| address space | memory + {ADDRESS_SPACE_RESERVE // GIBIBYTE} GiB |",
        f"| processes and threads | {LIMITS.processes} |",
        f"| size of a file | {LIMITS.file_bytes // MEBIBYTE} MiB |",
        f"| open files | {LIMITS.open_files} |",
        f"| temporary directory | {LIMITS.temporary_bytes // MEBIBYTE} MiB,",
        f"| files in it | {LIMITS.temporary_files} |",
        f"| output | {LIMITS.output_bytes // MEBIBYTE} MiB |",
        f"uses no processor time for {channel.SLEEP_SECONDS:.0f} s",
        f"{session.SUBMISSION_SECONDS:.0f} s of processor time, "
        f"{session.SUBMISSION_SLEEP_SECONDS:.0f} s of sleep and an hour",
        f"at most {session.RESTARTS} times",
        f"passes on {worker.MAX_PRINTED_CHARS} characters",
        f"{protocol.MAX_JSON >> 20} MiB of JSON and {protocol.MAX_ARRAYS >> 20} MiB of arrays",
        f"{display.MOST_OF_A_KIND} characters each",
        f"at most {unpacking.MOST_BYTES >> 20} MiB and {unpacking.MOST_FILES} files",
    ),
)
def test_the_numbers_of_the_page_are_those_of_the_code(text: str) -> None:
    assert text in PAGE


@pytest.mark.parametrize(
    ("promise", "allowance"),
    (
        ("in at most {s} s of processor time and {m} MiB | size", judging.READING),
        ("at most {s} s of the grader and {m} MiB", judging.JUDGING),
        ("A page is made in at most {s} s of processor time and {m} MiB", filing.SHOWING),
    ),
)
def test_what_a_process_of_the_grader_may_use_is_what_the_page_says(
    promise: str, allowance: Allowance
) -> None:
    memory = allowance.memory_bytes // MEBIBYTE
    assert promise.format(s=f"{allowance.processor_seconds:.0f}", m=memory) in PAGE
