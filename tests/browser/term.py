"""The class of docs/term.md: the real unit, answers with typical mistakes, the real checks."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from nbgrader.api import Gradebook

from autograder.agents.verdict import judge_score
from autograder.authoring.edits import Edit, edited, mistakes_of, reference
from autograder.checks.task import Task
from autograder.class_run import grade_class
from autograder.course import MARKER, Course
from autograder.results import CheckResult, EvaluationResult, Result, Status, TaskResult
from autograder.units import unit_named
from tests.autograder.gradebook_tools import hand_in, keep
from tests.autograder.task_tools import judge_edited
from tests.course.here import COURSE

UNIT = unit_named("dqn")
TARGETS = f"{UNIT.name}/targets"
#: Each student's name, and the typical mistakes of that student, from the unit's library.
CLASS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ada": ("Ada Lindqvist", ()),
    "ben": ("Ben Okafor", ("terminal_not_masked",)),
    "cleo": ("Cleo Marchetti", ("second_relu_missing",)),
    "dan": ("Dan Novak", ("actions_as_floats", "terminal_not_masked", "decays_to_zero")),
    "eve": ("Eve Tanaka", ("one_decision_for_all_rows",)),
    "finn": ("Finn Brandt", ()),
}
WORDS = {
    "question-prediction": "I think $\\tau = 0.25$ is best and $\\tau = 1$ is worst, because then "
    "the network runs after its own newest targets.",
    "question-experiment": "Only the difference to $\\tau = 1$ has an interval without 0. The "
    "table cannot tell for `lr=1e-4`: I would train ten seeds with each.",
    "question-off-policy": "A transition $(s, a, r, s')$ only says what the *environment* did, so "
    "it stays true whoever played it. The target $r + \\gamma \\max_{a'} Q(s', a')$ asks what the "
    "network would do **now**.\n\nSeveral poles at once are faster.",
}
_MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


def grade_the_class(root: Path) -> Course:
    """Everybody hands in and is graded; only the agents are not trained, which takes minutes."""
    course = Course(root)
    shutil.copy(COURSE.root / MARKER, root)
    for find in (Course.released, Course.source):
        path = find(course, UNIT.assignment)
        shutil.copytree(find(COURSE, UNIT.assignment).parent, path.parent)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for student, (name, _) in CLASS.items():
            first, last = name.split()
            gradebook.add_student(student, first_name=first, last_name=last)
    for student, (_, mistakes) in CLASS.items():
        edits = _edits(mistakes)
        keep(course, UNIT, hand_in(course, UNIT, student, _answers(edits)), _result(edits))
    assert grade_class(course, UNIT, jobs=1) == 0
    return course


def _edits(mistakes: tuple[str, ...]) -> Mapping[str, tuple[Edit, ...]]:
    """The edits of these mistakes, by the task that each of them costs."""
    library = {mistake.name: mistake for mistake in mistakes_of(UNIT, COURSE)}
    return {library[name].task: library[name].edits for name in mistakes}


def _answers(edits: Mapping[str, tuple[Edit, ...]]) -> dict[str, str]:
    """What stands in the cells of somebody who makes these mistakes."""
    of_all_tasks = tuple(edit for task in edits.values() for edit in task)
    solved = edited(reference(UNIT, COURSE), of_all_tasks)
    return {cell.name: _MARKS.sub("", cell.source) for cell in solved.cells} | WORDS


def _result(edits: Mapping[str, tuple[Edit, ...]]) -> Result:
    """The checks' results for the tasks with a mistake; all other tasks get full points."""
    assert UNIT.agent is not None
    tasks = [
        judge_edited(UNIT, COURSE, task.name, edits[task.name])
        if task.name in edits
        else _right(task)
        for task in UNIT.tasks
    ]
    training = _training("dqn_diagnosis" if TARGETS in edits else "dqn")
    agent = judge_score(f"{UNIT.name}/agent", UNIT.agent, training)
    return Result(UNIT.name, Status.OK, (*tasks, agent), training)


def _right(task: Task) -> TaskResult:
    checks = tuple(CheckResult(check.name, True) for check in task.checks)
    return TaskResult(task.name, task.points, task.points, checks)


def _training(name: str) -> EvaluationResult:
    """A training like those that were measured for the curve of this name."""
    assert UNIT.agent is not None
    measured = json.loads((COURSE.root / f"helpers/curves/{name}.json").read_bytes())
    low, high = np.array(measured["low"]), np.array(measured["high"])
    curve = np.random.default_rng(1).uniform(low, high, (4, len(low))).T.ravel()
    score = 497.6 if curve[-1] > curve[0] else 9.3
    return EvaluationResult(
        episodes=UNIT.agent.scored_episodes,
        mean=score,
        threshold=UNIT.agent.threshold,
        seeds=(1,),
        scores=(score,),
        curve=tuple(map(float, curve)),
    )
