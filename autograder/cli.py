"""The command `autograder`: what instructors call; authors' commands come from `authoring`."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.authoring.arguments import Command, add_command, add_jobs, add_unsafe, positive
from autograder.authoring.cli import add_commands
from autograder.course import Course, CourseError

if TYPE_CHECKING:
    from autograder.units import Unit

#: Exit statuses: graded, whatever the marks; the call is wrong or cannot be carried out.
GRADED, WRONG_CALL, INTERRUPTED = 0, 2, 130

DESCRIPTION = "Grade the notebooks of a course, and make the course."
EPILOG = """\
examples:
  autograder grade dqn               grade the class that handed in the unit dqn
  autograder grade all --diff        say whose marks of which units would change, and why
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
    except (CourseError, SandboxUnavailable, OSError) as error:
        _print_error(error)
    except KeyboardInterrupt:
        print("\nautograder: stopped; run it again, and it goes on from here.", file=sys.stderr)
        return INTERRUPTED
    return WRONG_CALL


def _print_error(error: Exception, about: str = "") -> None:
    """One line; about: the unit that it happened to."""
    text = str(error)
    if isinstance(error, OSError):
        name = f" ({error.filename})" if error.filename else ""
        text = f"{error.strerror or error}{name}"
    print(": ".join(filter(None, ("autograder", about, text))), file=sys.stderr)


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
    _add_grading(commands)
    _add_class_commands(commands)
    add_command(commands, "doctor", _doctor, "say whether a class can be graded on this machine")
    add_commands(commands)
    return parser


def _add_grading(commands: Any) -> None:
    """The commands that judge what students handed in."""
    check = add_command(commands, "check", _check, "grade one notebook file")
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    check.add_argument("--unit", help="the unit it belongs to (default: told from its cells)")
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    add_unsafe(check)

    grade = add_command(commands, "grade", _grade, "grade what was handed in for some units")
    grade.add_argument("units", nargs="+", metavar="UNIT", help="a unit, several, or: all")
    grade.add_argument("--student", action="append", default=[], metavar="ID", dest="students",
                       help="grade this student only; may be given several times")  # fmt: skip
    grade.add_argument("--diff", action="store_true",
                       help="only say whose marks would change, and why")  # fmt: skip
    grade.add_argument("--cluster", metavar="ADDRESS",
                       help="judge on a Dask cluster: its scheduler, or: local")  # fmt: skip
    add_jobs(grade, "notebooks")
    add_unsafe(grade)

    watch = add_command(commands, "watch", _watch, "grade what arrives, until stopped")
    watch.add_argument("units", nargs="*", metavar="UNIT", help="default: all")
    watch.add_argument("--exchange", action="store_true", help="collect from nbgrader's exchange")
    watch.add_argument("--every", type=positive, default=10, metavar="SECONDS",
                       help="time between two looks (default: 10)")  # fmt: skip
    add_jobs(watch, "notebooks")
    add_unsafe(watch)


def _add_class_commands(commands: Any) -> None:
    """The commands about a class that has been graded, or is going to be."""
    report = add_command(commands, "report", _report,
                         "show a unit's class again, or the whole course")  # fmt: skip
    report.add_argument("unit", nargs="?", metavar="UNIT", help="default: the whole course")

    alike = add_command(
        commands, "similarity", _similarity, "list answers of a unit that are alike"
    )
    alike.add_argument("unit", metavar="UNIT")
    alike.add_argument("--export", nargs=2, metavar=("SYSTEM", "DIR"),
                       help="write the code for another program: jplag or dolos")  # fmt: skip
    add_jobs(alike, "notebooks")

    rounds = add_command(commands, "round", _round, "begin a round of attempts at a unit")
    rounds.add_argument("unit", metavar="UNIT")
    rounds.add_argument("--counts", choices=("best", "last"), default="best",
                        help="the attempt that becomes the mark (default: best)")  # fmt: skip
    rounds.add_argument("--limit", type=positive, metavar="N", help="attempts of each student")
    rounds.add_argument("--first-failed-only", action="store_true",
                        help="show checks up to the first failed one")  # fmt: skip

    export = add_command(commands, "export", _export, "write a unit's marks for an LMS")
    export.add_argument("unit", metavar="UNIT")
    export.add_argument("--format", required=True, dest="system",
                        choices=("moodle", "canvas", "ilias", "gradescope"))  # fmt: skip
    export.add_argument("--name", default="", help="the assignment's name there (Moodle, Canvas)")
    export.add_argument("--pass", type=float, default=0.5, metavar="SHARE", dest="pass_share",
                        help="share of the points that passes (ILIAS; default: 0.5)")  # fmt: skip


def _check(parsed: argparse.Namespace) -> int:
    from autograder.grading.judging import judge_file
    from autograder.grading.records import checked_notebook
    from autograder.grading.submission import GradingOptions

    unit = _unit_of_notebook(parsed.notebook, parsed.unit)
    options = GradingOptions(sandboxed=not parsed.unsafe)
    result = judge_file(parsed.notebook, unit, Course.find(), options)
    if parsed.json:
        print(json.dumps(checked_notebook(result), indent=1, allow_nan=False))
    else:
        from autograder.report.table import print_result  # not before the sandbox is at work

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
    from autograder.class_run import (
        grade_class,
        preview_class,
        renew_course_page,
        report_course,
    )

    course = Course.find()
    units = _units(course, parsed.units)
    run = partial(
        preview_class if parsed.diff else grade_class,
        course,
        sandboxed=not parsed.unsafe,
        jobs=parsed.jobs,
        students=parsed.students,
    )
    with _cluster(parsed, units) as cluster:
        statuses = _status_of_each(units, partial(run, cluster=cluster))
    if not parsed.diff and any(status != WRONG_CALL for status in statuses):
        renew = report_course if len(units) > 1 else renew_course_page
        renew(course)
    return max(statuses)


def _status_of_each(units: Sequence[Unit], run: Callable[[Unit], int]) -> list[int]:
    """The exit status of each unit; one that cannot be graded keeps no other from it."""
    statuses = []
    for unit in units:
        try:
            statuses.append(run(unit))
        except (CourseError, OSError) as error:
            _print_error(error, unit.name if len(units) > 1 else "")
            statuses.append(WRONG_CALL)
    return statuses


def _cluster(parsed: argparse.Namespace, units: Sequence[Unit]) -> AbstractContextManager[Any]:
    """The cluster that is asked for, or none. Raises CourseError if it may not be used."""
    if parsed.cluster is None:
        return nullcontext()
    if parsed.unsafe:
        raise CourseError("--cluster grades in the sandbox only: leave out --unsafe.")
    from autograder.cluster.connection import Cluster

    return Cluster(parsed.cluster, units, parsed.jobs)


def _units(course: Course, names: Sequence[str]) -> list[Unit]:
    """The units of these names or assignments; for `all`, those that somebody has handed in."""
    from autograder.units import unit_named, units_of

    if "all" not in names:
        return [unit_named(name) for name in names]
    units = [unit for unit in units_of(course) if course.submitted(unit.assignment)]
    if not units:
        raise CourseError("Nobody has handed in anything: submitted/ is empty.")
    return units


def _report(parsed: argparse.Namespace) -> int:
    from autograder.class_run import report_class, report_course
    from autograder.units import unit_named

    if parsed.unit is None:
        return report_course(Course.find())
    return report_class(Course.find(), unit_named(parsed.unit))


def _similarity(parsed: argparse.Namespace) -> int:
    from autograder.similarity.compare import SYSTEMS, compare_class
    from autograder.units import unit_named

    export = None
    if parsed.export is not None:
        system, folder = parsed.export
        if system not in SYSTEMS:
            raise CourseError(f"--export knows {' and '.join(SYSTEMS)}, not {system}.")
        export = (system, Path(folder))
    return compare_class(Course.find(), unit_named(parsed.unit), parsed.jobs, export)


def _watch(parsed: argparse.Namespace) -> int:
    from autograder.units import unit_named, units_of
    from autograder.watch import Watch

    course = Course.find()
    units = [unit_named(name) for name in parsed.units] or units_of(course)
    watch = Watch(course, units, sandboxed=not parsed.unsafe, jobs=parsed.jobs)
    return watch.run(parsed.every, from_exchange=parsed.exchange)


def _round(parsed: argparse.Namespace) -> int:
    from autograder.grading.rounds import Rounds, begin_round
    from autograder.units import unit_named

    unit = unit_named(parsed.unit)
    wanted = Rounds(0, parsed.counts, parsed.limit, parsed.first_failed_only)
    begun = begin_round(Course.find(), unit, wanted)
    print(f"Round {begun.number} of {unit.name}: the {begun.counts} attempt counts.")
    return GRADED


def _export(parsed: argparse.Namespace) -> int:
    from autograder.gradebook.lms.export import export_marks
    from autograder.units import unit_named

    unit = unit_named(parsed.unit)
    return export_marks(
        Course.find(), unit, parsed.system, name=parsed.name, pass_share=parsed.pass_share
    )


def _doctor(parsed: argparse.Namespace) -> int:
    from autograder.doctor import doctor

    return doctor(Course.find())


if __name__ == "__main__":
    sys.exit(main())
