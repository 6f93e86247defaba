"""Arguments that several commands of the command line share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Command = Callable[[argparse.Namespace], int]


def add_command(commands: Any, name: str, command: Command, help: str) -> argparse.ArgumentParser:
    """Add a subcommand that calls `command` with its arguments, and returns the exit status."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=f"{help[0].upper()}{help[1:]}."
    )
    parser.set_defaults(command=command)
    return parser


def add_units(parser: argparse.ArgumentParser, default: str = "all") -> None:
    """Add names of units, any number of them."""
    parser.add_argument("units", nargs="*", metavar="UNIT", help=f"default: {default}")


def add_jobs(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the number of things that are done in parallel."""
    parser.add_argument(
        "--jobs", type=positive, metavar="N", help=f"{what} in parallel (default: one per core)"
    )


def add_unsafe(parser: argparse.ArgumentParser) -> None:
    """Add the switch that grades without the sandbox."""
    parser.add_argument(
        "--unsafe", action="store_true", help="run the students' code WITHOUT the sandbox"
    )


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
