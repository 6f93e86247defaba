"""The units of the course, in their order."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache

from autograder.course import CourseError
from autograder.rules import AgentRule, PlayedRule
from autograder.tasks.base import Task

#: Each unit's number is its place in this list; its tasks stand in `autograder/tasks/<name>.py`.
NAMES = ("meet_cartpole", "policy_network", "actor_critic", "dqn", "dqn_keras", "double_dqn_keras")


@dataclass(frozen=True)
class Unit:
    """One notebook of the course: its tasks, and the rule by which its trained agent is judged.

    played: what is calibrated instead where no agent is trained.
    """

    name: str
    number: int
    framework: str | None
    tasks: tuple[Task, ...]
    agent: AgentRule | None
    played: PlayedRule | None = None

    @property
    def assignment(self) -> str:
        """nbgrader's name of the unit."""
        return f"{self.number}_{self.name}"

    @property
    def max_points(self) -> float:
        """Points that the grader can give; questions in words come on top, by hand."""
        return sum(points for _, points in self.task_points)

    @property
    def task_points(self) -> tuple[tuple[str, float], ...]:
        """Each task's name and points, the trained agent last."""
        points = [(task.name, task.points) for task in self.tasks]
        if self.agent is not None:
            points.append((f"{self.name}/agent", self.agent.points))
        return tuple(points)

    def task(self, name: str) -> Task:
        """The task of that name. Raises CourseError if the unit has none."""
        for task in self.tasks:
            if task.name == name:
                return task
        known = ", ".join(task for task, _ in self.task_points)
        raise CourseError(f"No task {name} in {self.name}. It has: {known}.")


def unit_names() -> tuple[str, ...]:
    """The names of the units, in the order of the course."""
    return NAMES


@cache
def unit_named(name: str) -> Unit:
    """The unit of that name or assignment (`policy_network`, `2_policy_network`).

    Raises CourseError naming the units there are.
    """
    plain = name.split("_", 1)[1] if name[:1].isdigit() and "_" in name else name
    if plain not in NAMES or (plain != name and name != f"{NAMES.index(plain) + 1}_{plain}"):
        raise CourseError(f"No unit {name}. The units are: {', '.join(NAMES)}.")
    module = importlib.import_module(f"autograder.tasks.{plain}")
    return Unit(
        name=plain,
        number=NAMES.index(plain) + 1,
        framework=module.FRAMEWORK,
        tasks=module.TASKS,
        agent=module.AGENT,
        played=getattr(module, "PLAYED", None),
    )
