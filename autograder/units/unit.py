"""A unit: one notebook of the course, what it asks, and how its trained agent is judged."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.agents.rule import AgentRule, PlayedRule
from autograder.checks.task import Task
from autograder.course import CourseError


@dataclass(frozen=True)
class Unit:
    """One notebook of the course.

    name: how commands, tasks and texts call it. assignment: nbgrader's name and the name of its
    folders; never changed once students work on it. framework: "torch", "tensorflow" or None.
    agent: the rule for its trained agent. played: what is calibrated where no agent is trained.
    title, about: what lists of the course show: a few words, and one line about what is built.
    """

    name: str
    assignment: str
    framework: str | None
    tasks: tuple[Task, ...]
    agent: AgentRule | None = None
    played: PlayedRule | None = None
    title: str = ""
    about: str = ""

    @property
    def is_calibrated(self) -> bool:
        """Whether it has a threshold whose reliability is measured."""
        return self.agent is not None or self.played is not None

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
