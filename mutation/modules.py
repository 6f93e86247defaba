"""Which tests ask about a module that is mutated."""

from __future__ import annotations

from pathlib import Path

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


def tests_of(module: Path) -> list[list[str]]:
    """Arguments of pytest, one list after the other: the module's own tests first, they are quick.

    Then the typical mistakes and the right answers of the units that use it.
    """
    if module.parent.name != "tasks":
        return [TESTS[module.stem]]
    units = UNITS.get(module.stem, (module.stem,))
    return [
        [f"tests/autograder/tasks/test_{module.stem}.py", POINTS],
        [*ANSWERS, "-k", " or ".join(f"[{unit}-" for unit in units)],
    ]
