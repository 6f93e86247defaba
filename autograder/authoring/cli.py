"""The commands of authors: build, validate, calibrate and the like; each imports what it needs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.authoring.arguments import (
    add_command,
    add_jobs,
    add_units,
    add_unsafe,
    positive,
)
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.units import Unit


#: Parts of the benchmark: trainings beside Stable-Baselines3; what grading takes beside the
#: student's own computation; a class, graded by this grader and by others.
BENCHES = ("training", "overhead", "grading", "all")


def add_commands(commands: Any) -> None:
    """Add the authors' subcommands to the command line."""
    build = add_command(commands, "build", _build, "generate the notebooks from solutions/")
    add_units(build)

    release = add_command(commands, "release", _release, "write what students get into a folder")
    add_units(release)
    release.add_argument("--output", type=Path, default=Path("dist/student"), metavar="FOLDER")

    demo = add_command(commands, "demo", _demo, "build and grade the demonstration classes")
    add_units(demo)
    add_jobs(demo, "notebooks")
    add_unsafe(demo)

    validate = add_command(commands, "validate", _validate, "prove that units are right")
    add_units(validate)
    validate.add_argument(
        "--fast", action="store_true", help="leave out what trains agents: seconds, not minutes"
    )
    add_jobs(validate, "cases")

    calibrate = add_command(
        commands, "calibrate", _calibrate, "measure how reliable a unit's threshold is (resumable)"
    )
    add_units(calibrate, "all that train an agent")
    calibrate.add_argument("--seeds", type=positive, default=20, metavar="N", help="trainings")
    calibrate.add_argument("--mistake", metavar="NAME", help="of this mistake in mistakes.py")
    add_jobs(calibrate, "trainings")

    curves = add_command(
        commands, "curves", _curves, "measure the curves that a unit shows under letters"
    )
    curves.add_argument("units", nargs="+", metavar="UNIT", help="a name or an assignment")

    new_unit = add_command(
        commands, "new-unit", _new_unit, "write a small unit that is complete, to start from"
    )
    new_unit.add_argument("name", metavar="NAME", help="lower case, such as my_unit")

    _add_records(commands)

    bench = add_command(commands, "bench", _bench, "measure how fast the course is (resumable)")
    bench.add_argument("part", nargs="?", choices=BENCHES, default="all", help="default: all")
    add_units(bench)
    bench.add_argument("--rounds", type=positive, default=3, metavar="N", help="of each, medians")


def _add_records(commands: Any) -> None:
    """What all known answers earn: recorded, compared, counted."""
    record = add_command(
        commands, "record", _record, "write what all known answers earn into a file (resumable)"
    )
    record.add_argument("file", type=Path, metavar="FILE")
    add_units(record)
    add_jobs(record, "answers")
    record.add_argument("--seed", type=positive, default=1, metavar="N", help="of the checks")

    proof = add_command(
        commands, "proof", _proof, "write docs/proof.md: how often the checks of a record are wrong"
    )
    proof.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="written by `autograder record`; further ones with other seeds",
    )
    proof.add_argument(
        "--hostile",
        metavar="HOSTILE",
        type=Path,
        help="written by `pytest -m slow tests/hostile --hostile HOSTILE`",
    )

    compare = add_command(
        commands, "compare", _compare, "say whose marks differ between two records"
    )
    for name in ("old", "new"):
        help = "written by `autograder record`, or a folder of results (.autograder/results)"
        compare.add_argument(name, type=Path, metavar=name.upper(), help=help)
    compare.add_argument("--texts", action="store_true", help="list changed texts as well")


def _units(parsed: argparse.Namespace) -> list[Unit]:
    """The units named on the command line; none: all. Raises CourseError for an unknown one."""
    from autograder.units import unit_named  # not above: NumPy comes with it, and its threads

    return [unit_named(name) for name in parsed.units]


def _build(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_build

    return run_build(Course.find(), _units(parsed))


def _release(parsed: argparse.Namespace) -> int:
    from autograder.authoring.release import run_release

    return run_release(Course.find(), _units(parsed), parsed.output)


def _demo(parsed: argparse.Namespace) -> int:
    from autograder.authoring.demonstration import demonstrate

    sandboxed = not parsed.unsafe
    return demonstrate(Course.find(), _units(parsed), sandboxed=sandboxed, jobs=parsed.jobs)


def _validate(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_validation

    trained = not parsed.fast
    return run_validation(Course.find(), _units(parsed), trained=trained, jobs=parsed.jobs)


def _calibrate(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_calibration

    return run_calibration(
        Course.find(),
        _units(parsed),
        seeds=parsed.seeds,
        mistake=parsed.mistake,
        jobs=parsed.jobs,
    )


def _curves(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_lettered_curves

    return run_lettered_curves(Course.find(), _units(parsed))


def _new_unit(parsed: argparse.Namespace) -> int:
    from autograder.authoring.new_unit import run_new_unit

    return run_new_unit(Path.cwd(), parsed.name)


def _record(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_recording

    return run_recording(
        Course.find(), parsed.file, _units(parsed), jobs=parsed.jobs, seed=parsed.seed
    )


def _proof(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_proof

    return run_proof(Course.find(), parsed.files, parsed.hostile)


def _compare(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_comparison

    return run_comparison(parsed.old, parsed.new, parsed.texts)


def _bench(parsed: argparse.Namespace) -> int:
    from autograder.authoring.commands import run_benchmark

    return run_benchmark(Course.find(), parsed.part, _units(parsed), parsed.rounds)
