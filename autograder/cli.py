"""The command `autograder`: what instructors call; authors' commands come from `authoring`."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.authoring.arguments import Command, add_command, add_jobs, add_unsafe
from autograder.authoring.cli import add_commands
from autograder.course import Course, CourseError

#: Exit statuses: graded, whatever the marks; the call is wrong or cannot be carried out.
GRADED, WRONG_CALL, INTERRUPTED = 0, 2, 130

DESCRIPTION = "Grade the notebooks of a course, and make the course."
EPILOG = """\
examples:
  autograder grade dqn               grade the class that handed in the unit dqn
  autograder check dqn.ipynb         grade one file, and print what is wrong in it
  autograder validate dqn --fast     examine a unit's checks, without training an agent

UNIT is a unit's name (dqn) or assignment (4_dqn). Call autograder in the course folder, which
holds nbgrader_config.py, or below. `autograder COMMAND --help` explains a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; what cannot be carried out ends with one clear line and status 2."""
    from autograder.sandbox.exit_info import SandboxUnavailable
    from autograder.sandbox.threads import compute_on_one_thread

    compute_on_one_thread()
    _print_in_any_encoding()
    parsed = _parser().parse_args(arguments)
    command: Command = parsed.command
    try:
        return command(parsed)
    except (CourseError, SandboxUnavailable) as error:
        print(f"autograder: {error}", file=sys.stderr)
    except OSError as error:
        name = f" ({error.filename})" if error.filename else ""
        print(f"autograder: {error.strerror or error}{name}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nautograder: stopped; run it again, and it goes on from here.", file=sys.stderr)
        return INTERRUPTED
    return WRONG_CALL


def _print_in_any_encoding() -> None:
    """What a terminal cannot show, a letter of a name or a tick, appears as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")

    check = add_command(commands, "check", _check, "grade one notebook file")
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    check.add_argument("--unit", help="the unit it belongs to (default: told from its cells)")
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    add_unsafe(check)

    grade = add_command(commands, "grade", _grade, "grade what was handed in for a unit")
    grade.add_argument("unit", metavar="UNIT")
    add_jobs(grade, "notebooks")
    add_unsafe(grade)

    report = add_command(commands, "report", _report, "print the class table of a unit again")
    report.add_argument("unit", metavar="UNIT")

    add_command(commands, "doctor", _doctor, "say whether the sandbox works on this machine")
    add_commands(commands)
    return parser


def _check(parsed: argparse.Namespace) -> int:
    from autograder.grading.judging import judge_file
    from autograder.grading.records import checked_notebook
    from autograder.grading.submission import GradingOptions
    from autograder.report.table import print_result

    unit = _unit_of_notebook(parsed.notebook, parsed.unit)
    options = GradingOptions(sandboxed=not parsed.unsafe)
    result = judge_file(parsed.notebook, unit, Course.find(), options)
    if parsed.json:
        print(json.dumps(checked_notebook(result), indent=1, allow_nan=False))
    else:
        print_result(result)
    return GRADED


def _unit_of_notebook(notebook: Path, name: str | None) -> Any:
    """The unit of a notebook, told from its cells, else from its file name.

    Raises CourseError if it is not a notebook, or one of another unit than the named one.
    """
    from autograder.grading.notebook import InvalidNotebook, unit_of
    from autograder.units import unit_named, unit_names

    wanted = None if name is None else unit_named(name)
    if not notebook.exists():
        raise CourseError(f"No such file: {notebook}")
    try:
        found = unit_of(notebook)
    except InvalidNotebook as error:
        raise CourseError(f"{notebook} is not a notebook that can be graded: {error}.") from None
    if found not in unit_names():
        found = notebook.stem if notebook.stem in unit_names() else None
    if wanted is not None:
        if found not in (None, wanted.name):
            raise CourseError(f"{notebook} is a notebook of {found}, not of {wanted.name}.")
        return wanted
    if found is None:
        raise CourseError(f"{notebook} is of no unit of this course. Name one with --unit.")
    return unit_named(found)


def _grade(parsed: argparse.Namespace) -> int:
    from autograder.class_run import grade_class
    from autograder.units import unit_named

    return grade_class(
        Course.find(), unit_named(parsed.unit), sandboxed=not parsed.unsafe, jobs=parsed.jobs
    )


def _report(parsed: argparse.Namespace) -> int:
    from autograder.class_run import report_class
    from autograder.units import unit_named

    return report_class(Course.find(), unit_named(parsed.unit))


def _doctor(parsed: argparse.Namespace) -> int:
    from autograder.sandbox.probe import doctor

    return int(doctor() or 0)


if __name__ == "__main__":
    sys.exit(main())
