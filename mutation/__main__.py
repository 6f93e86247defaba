"""Run the tests of the one module that is mutated here: Cosmic Ray's test command."""

import subprocess
import sys
from pathlib import Path

import pytest

#: The units whose mistakes and right answers ask a module of autograder/tasks.
UNITS = {
    "actor_critic_losses": ("actor_critic",),
    "actor_critic_network": ("actor_critic",),
    "actor_critic_update": ("actor_critic",),
    "answers": ("policy_network",),
    "base": ("policy_network", "meet_cartpole"),
    "exploration": ("dqn",),
    "networks": ("policy_network", "actor_critic", "dqn"),
    "policies": ("policy_network", "actor_critic"),
    "probes": ("dqn",),
    "q_learning": ("dqn",),
    "q_networks": ("dqn",),
    "replay": ("dqn",),
    "returns": ("policy_network", "actor_critic"),
    "saving": ("policy_network", "actor_critic"),
}
#: The tests of the modules outside autograder/tasks.
TESTS = {
    "evaluation": ["tests/autograder/test_evaluation.py"],
    "learning": ["tests/autograder/test_learning.py", "tests/autograder/test_evaluation.py"],
    "judging": ["tests/autograder/test_judging.py", "tests/autograder/test_checking.py"],
}
POINTS = (
    "tests/course/test_generated_files.py"
    "::test_the_notebook_promises_the_points_that_the_tasks_give"
)
ANSWERS = ["tests/mistakes/test_mistakes.py", "tests/honest/test_right_answers.py"]


def main() -> int:
    """The exit status of pytest over the module's tests: its own first, they are quick."""
    path = _mutated()
    if path.parent.name != "tasks":
        return _pytest(*TESTS[path.stem])
    units = UNITS.get(path.stem, (path.stem,))
    return _pytest(f"tests/autograder/tasks/test_{path.stem}.py", POINTS) or _pytest(
        *ANSWERS, "-k", " or ".join(f"[{unit}-" for unit in units)
    )


def _mutated() -> Path:
    """The one module that differs from what is committed."""
    changed = subprocess.run(
        ["git", "diff", "--name-only", "--", "autograder"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    if len(changed) != 1:
        sys.exit(f"one module should be mutated, not {changed}")
    return Path(changed[0])


def _pytest(*asked: str) -> int:
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", *asked]))


if __name__ == "__main__":
    sys.exit(main())
