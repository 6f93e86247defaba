"""Which tests ask about a module that is mutated."""

from __future__ import annotations

from pathlib import Path

#: The tests of the modules outside autograder/tasks.
TESTS = {
    "deciding": ["tests/autograder/test_deciding.py"],
    "evaluation": ["tests/autograder/test_evaluation.py"],
    "learning": ["tests/autograder/test_learning.py", "tests/autograder/test_evaluation.py"],
    "judging": ["tests/autograder/test_judging.py", "tests/autograder/test_checking.py"],
}
POINTS = (
    "tests/course/test_generated_files.py"
    "::test_the_notebook_promises_the_points_that_the_tasks_give"
)


def tests_of(module: Path) -> list[str]:
    """Arguments of pytest: the module's own tests, and for tasks the points that they give.

    The typical mistakes of whole notebooks are left out: they take minutes for one mutant.
    """
    if module.parent.name != "tasks":
        return TESTS[module.stem]
    return [f"tests/autograder/tasks/test_{module.stem}.py", POINTS]
