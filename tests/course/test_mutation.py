"""Mutation testing covers all that judges students, and finds the tests by itself."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from mutation import answers, modules

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture
def mutated(course: Course, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The modules that are mutated, as paths below the repository."""
    monkeypatch.chdir(course.root)
    config = tomllib.loads(Path("mutation/cosmic-ray.toml").read_text("utf-8"))["cosmic-ray"]
    assert "excluded-modules" not in config
    return sorted(path for folder in config["module-path"] for path in Path(folder).rglob("*.py"))


def has_code(path: Path) -> bool:
    """Whether there is more in it than a docstring."""
    return len(ast.parse(path.read_text("utf-8")).body) > 1


def test_every_mutated_module_has_tests(mutated: list[Path]) -> None:
    for path in filter(has_code, mutated):
        assert all(Path(test.split("::")[0]).is_file() for test in modules.tests_of(path)), path


def test_the_tests_of_keras_units_are_run_although_they_are_slow(mutated: list[Path]) -> None:
    keras = {
        module.relative_to("autograder/units").parts[0]
        for module in mutated
        if modules.needs_keras(module)
    }
    assert {Path(part).stem for part in keras} == {"dqn_keras", "double_dqn_keras"}


def test_a_module_without_tests_is_named(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    with pytest.raises(LookupError, match=r"write tests/autograder/nowhere/test_module.py"):
        modules.tests_of(Path("autograder/nowhere/module.py"))


def test_what_is_imported_before_the_fork_is_not_mutated(course: Course) -> None:
    """A mutant of a module that is there already would never be loaded."""
    script = (
        "import sys, mutation.answers, mutation.mutant, autograder.sandbox.threads\n"
        "packages = ('autograder.agents', 'autograder.checks', 'autograder.units')\n"
        "print([name for name in sys.modules if name.startswith(packages)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=course.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("module", "tasks"),
    [
        ("meet_cartpole/rule.py", {"meet_cartpole/rule"}),
        ("meet_cartpole/on_paper.py", {"meet_cartpole/on_paper"}),
        ("shared/policy_loss.py", {"policy_network/loss", "actor_critic/losses"}),
    ],
)
def test_known_answers_are_asked_at_the_tasks_that_use_a_module(
    course: Course, monkeypatch: pytest.MonkeyPatch, module: str, tasks: set[str]
) -> None:
    monkeypatch.chdir(course.root)
    questions = answers.questions_about(Path("autograder/units", module))

    assert {question.task for question in questions} == tasks
    assert {question.kind for question in questions} > {"mistake", "right"}
    assert 20 <= len(questions) <= answers.MOST + answers.MOST_KERAS


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("mistake", "mistake", 0),
        ('"asked_too_often",', '"asked",', 1),
        ("played.steps + 1", "played.steps - 9", 1),
    ],
)
def test_a_mutant_is_noticed_by_what_known_answers_earn(
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    status: int,
) -> None:
    monkeypatch.chdir(course.root)
    path, output = Path("autograder/units/meet_cartpole/script.py"), tmp_path / "verdicts"
    output.touch()
    source = path.read_text("utf-8")
    mistakes = [asked for asked in answers.questions_about(path) if asked.kind == "mistake"]

    def end_of(function: str, *arguments: object) -> int:
        """The status of a process that asks as `make mutation` does."""
        script = (
            "from pathlib import Path, PosixPath; from mutation import answers; "
            f"from mutation.answers import Question; answers.{function}{arguments!r}"
        )
        return subprocess.run([sys.executable, "-c", script], check=False).returncode

    assert end_of("ask_answers", mistakes, output) == 0
    expected = json.loads(output.read_text())
    assert len(expected) == len(mistakes) >= 5
    assert end_of("compare_answers", path, source.replace(old, new), mistakes, expected) == status
