"""Imports go one way: each part of the course builds on those before it, never on a later one.

The layers stand here in the order of docs/architecture.md. A part may import what stands in its
own line or in an earlier one.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter

import pytest

from tests.architecture.imports import ROOT, Module, modules

LAYERS = (
    ("helpers",),
    ("autograder.worker",),
    ("autograder.messages", "autograder.results", "autograder.course"),
    ("autograder.checks",),
    ("autograder.rendering",),
    ("autograder.agents",),
    ("autograder.units",),
    ("autograder.notebook",),
    ("autograder", "autograder.sandbox", "autograder.processes"),
    ("autograder.grading",),
    ("autograder.cluster",),
    ("autograder.gradebook",),
    ("autograder.report",),
    ("autograder.similarity",),
    ("autograder.class_run",),
    ("autograder.watch", "autograder.doctor"),
    ("autograder.authoring",),
    ("autograder.cli",),
)
#: What runs in the student's process: nothing else of the grader is mounted into the sandbox.
IN_THE_SANDBOX = ("autograder.worker", "helpers")
#: What the grader may know of the worker: how to ask it, not how it answers.
SHARED_WITH_THE_WORKER = tuple(
    f"autograder.worker.{name}" for name in ("interface", "protocol", "rows", "rules", "threads")
)
#: Who answers in their own process: the student's notebook, and authors' proofs.
ANSWERING_IN_PROCESS = ("autograder.notebook", "autograder.authoring")
ENGINE = (
    "sandbox",
    "processes",
    "grading",
    "cluster",
    "gradebook",
    "report",
    "similarity",
    "authoring",
)
MOST_FILES_AT_THE_TOP = 8


def within(name: str, parts: tuple[str, ...]) -> bool:
    """Whether a module is one of these parts or inside one of them."""
    return any(name == part or name.startswith(f"{part}.") for part in parts)


def layer(name: str) -> int:
    """The number of a module's layer; `autograder` itself is only its `__init__`."""
    for number, parts in enumerate(LAYERS):
        if any(name == part or (part != "autograder" and within(name, (part,))) for part in parts):
            return number
    raise LookupError(f"{name} is in no layer: give it a place in LAYERS")


def own_imports(module: Module) -> list[tuple[int, str]]:
    """A module's imports from the course, without that of a package which it is itself in."""
    return [
        (line, name)
        for line, name in module.imports()
        if within(name, ("helpers", "autograder")) and not module.name.startswith(f"{name}.")
    ]


def breaches(forbidden) -> list[str]:
    """Each import that must not be, as `file:line imports name`."""
    return [
        f"{module.place}:{line} imports {name}"
        for module in modules()
        for line, name in own_imports(module)
        if forbidden(module.name, name)
    ]


def test_every_module_has_a_layer_and_every_layer_has_modules():
    found = {layer(module.name) for module in modules()}

    assert found == set(range(len(LAYERS)))


def test_nothing_imports_a_later_layer():
    assert breaches(lambda importer, name: layer(name) > layer(importer)) == []


def test_no_modules_import_each_other_in_a_circle():
    known = {module.name for module in modules()}
    graph = {
        module.name: {name for _, name in own_imports(module)} & known - {module.name}
        for module in modules()
    }

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_the_helpers_know_nothing_of_grading():
    def forbidden(importer, name):
        return within(importer, ("helpers",)) and within(name, ("autograder",))

    assert breaches(forbidden) == []


def test_what_is_mounted_into_the_sandbox_needs_nothing_else_of_the_grader():
    def forbidden(importer, name):
        return within(importer, ("autograder.worker",)) and not within(name, IN_THE_SANDBOX)

    assert breaches(forbidden) == []


def test_the_trusted_side_never_runs_what_answers_for_the_student():
    def forbidden(importer, name):
        trusted = not within(importer, (*IN_THE_SANDBOX, *ANSWERING_IN_PROCESS))
        known = name == "autograder.worker" or within(name, SHARED_WITH_THE_WORKER)
        return trusted and within(name, ("autograder.worker",)) and not known

    assert breaches(forbidden) == []


def test_the_notebook_side_imports_no_engine():
    engine = tuple(f"autograder.{part}" for part in ENGINE)

    def forbidden(importer, name):
        return within(importer, ("autograder.notebook",)) and within(name, engine)

    assert breaches(forbidden) == []


def test_few_files_stand_at_the_top():
    files = [path.name for path in (ROOT / "autograder").iterdir() if path.is_file()]

    assert len(files) <= MOST_FILES_AT_THE_TOP, files


@pytest.mark.parametrize("folder", ["autograder", "helpers", "bench", "rehearsal", "solutions"])
def test_no_file_outside_the_tests_opens_them(folder):
    """`mutation/` alone names tests: it runs them against changed code."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    path_of_tests = re.compile(r'(?<!\[)"tests')  # not the key of a dictionary
    openers = [path for path in paths if path_of_tests.search(path.read_text(encoding="utf-8"))]

    assert [path.relative_to(ROOT).as_posix() for path in openers] == []
