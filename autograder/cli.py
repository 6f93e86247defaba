"""The command `autograder`: thin, every subcommand calls what does the work."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autograder.course import Course, CourseError

#: Exit statuses: graded, whatever the marks; the call is wrong or cannot be carried out.
GRADED, WRONG_CALL = 0, 2

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; what cannot be carried out ends with one clear line and status 2."""
    from autograder.sandbox.exit_info import SandboxUnavailable
    from autograder.sandbox.threads import compute_on_one_thread

    compute_on_one_thread()
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
        return 130
    return WRONG_CALL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description="Grade the course's notebooks.")
    commands = parser.add_subparsers(required=True, metavar="command")

    check = _command(commands, "check", _check, "grade one notebook file")
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    check.add_argument("--unit", help="the unit it belongs to (default: told from its cells)")
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    _unsafe(check)

    grade = _command(commands, "grade", _grade, "grade what stands in submitted/ for a unit")
    grade.add_argument("unit", metavar="UNIT")
    grade.add_argument("--jobs", type=_positive, metavar="N", help="notebooks graded side by side")
    _unsafe(grade)

    report = _command(commands, "report", _report, "print the class table of a unit again")
    report.add_argument("unit", metavar="UNIT")

    _command(commands, "build", _build, "generate the notebooks from solutions/")
    demo = _command(commands, "demo", _demo, "build and grade the demonstration classes")
    demo.add_argument("units", nargs="*", metavar="UNIT", help="default: all units")
    demo.add_argument("--jobs", type=_positive, metavar="N", help="notebooks graded side by side")
    _unsafe(demo)
    validate = _command(commands, "validate", _validate, "prove that the course is right")
    validate.add_argument(
        "--fast", action="store_true", help="leave out what trains agents: seconds, not minutes"
    )
    validate.add_argument("--jobs", type=_positive, metavar="N", help="cases side by side")
    calibrate = _command(commands, "calibrate", _calibrate, "measure how reliable a threshold is")
    calibrate.add_argument("unit", metavar="UNIT")
    calibrate.add_argument("--seeds", type=_positive, default=20, metavar="N", help="trainings")
    calibrate.add_argument("--mistake", metavar="NAME", help="of this mistake in mistakes.py")
    bench = _command(commands, "bench", _bench, "compare with Stable-Baselines3")
    bench.add_argument("units", nargs="*", metavar="UNIT", help="default: all that train an agent")
    bench.add_argument("--seeds", type=_positive, default=3, metavar="N", help="trainings of each")
    _command(commands, "doctor", _doctor, "say whether the sandbox works on this machine")
    return parser


def _command(commands: Any, name: str, command: Command, help: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(command=command)
    return parser


def _unsafe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unsafe", action="store_true", help="run the students' code WITHOUT the sandbox"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _check(parsed: argparse.Namespace) -> int:
    from autograder.grading.records import checked_notebook
    from autograder.grading.submission import GradingOptions, grade_file
    from autograder.report.table import print_result

    unit = _unit_of_notebook(parsed.notebook, parsed.unit)
    options = GradingOptions(sandboxed=not parsed.unsafe)
    result = grade_file(parsed.notebook, unit, Course.find(), options)
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


def _build(parsed: argparse.Namespace) -> int:
    from autograder.authoring.build import build

    course = Course.find()
    changed = build(course)
    for path in changed:
        print(f"built {path.relative_to(course.root)}")
    if not changed:
        print("Every generated notebook is up to date.")
    return GRADED


def _demo(parsed: argparse.Namespace) -> int:
    from autograder.authoring.demonstration import demonstrate

    course = Course.find()
    return demonstrate(course, parsed.units, sandboxed=not parsed.unsafe, jobs=parsed.jobs)


def _validate(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_validation

    return run_validation(Course.find(), not parsed.fast, parsed.jobs)


def _calibrate(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_calibration
    from autograder.units import unit_named

    return run_calibration(Course.find(), unit_named(parsed.unit), parsed.seeds, parsed.mistake)


def _bench(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_benchmark
    from autograder.units import unit_names

    return run_benchmark(Course.find(), parsed.units or list(unit_names()), parsed.seeds)


def _doctor(parsed: argparse.Namespace) -> int:
    from autograder.sandbox.probe import doctor

    return int(doctor() or 0)


if __name__ == "__main__":
    sys.exit(main())
