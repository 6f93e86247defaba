"""A submission through the whole grader: sandbox, tasks, trained agent, one record."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from autograder.agents.evaluation import train_and_score
from autograder.authoring.edits import Edit, edited, reference, student_of
from autograder.checks import judge as judging
from autograder.grading.notebook import read_skeleton, untouched
from autograder.grading.session import Session
from autograder.grading.submission import GradingOptions, grade_submission
from autograder.results import Status
from autograder.units import unit_named

UNIT = unit_named("policy_network")
SECRET = b"the secret of these tests"
SAFE = GradingOptions()

#: Leaves the trained agent out, which takes most of the time.
NO_AGENT = Edit("agent", "return SimplePolicy(gamma=0.99, lr=3e-2)", "raise NotImplementedError()")


@pytest.fixture(scope="module")
def solved(course):
    return reference(UNIT, course)


def graded(submission, options=SAFE):
    return grade_submission(submission, UNIT, SECRET, options)


def graded_without_agent(solved, *edits, options=SAFE):
    return graded(edited(solved, (*edits, NO_AGENT)), options)


def points(result):
    return {task.task.split("/")[1]: task.points for task in result.tasks}


FULL = {task.name.split("/")[1]: task.points for task in UNIT.tasks} | {"agent": 0}


def test_the_reference_gets_full_marks_the_same_alone_and_beside_another(solved):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(graded, (solved, solved))

    assert first.status is Status.OK
    assert first.points == first.max_points == UNIT.max_points
    assert first.evaluation.mean >= 475 and first.evaluation.episodes == 100
    assert first.without_timing() == second.without_timing()


@pytest.mark.parametrize(
    "name",
    [
        "policy_network",
        "dqn",
        pytest.param("dqn_keras", marks=pytest.mark.slow),
        pytest.param("double_dqn_keras", marks=pytest.mark.slow),
    ],
)
def test_in_the_sandbox_an_agent_scores_as_it_does_here(course, name):
    """So a calibration, which trains without a sandbox, measures what the grader does."""
    unit = unit_named(name)
    rule = replace(unit.agent, training=replace(unit.agent.training, max_steps=3_000))
    answer = reference(unit, course)

    with Session(answer, unit.framework, sandboxed=True) as session:
        there = session.ask(lambda student: train_and_score(rule, student, 5), 60)
    student = student_of(answer, unit)
    here = train_and_score(rule, student, 5)

    assert there == here


def test_an_untouched_notebook_gets_nothing_and_every_task_says_why(course):
    result = graded(untouched(read_skeleton(course.released(UNIT.assignment))))

    assert (result.status, result.points) == (Status.OK, 0)
    for task in result.tasks:
        assert task.checks[0].mistake == judging.NOT_SOLVED
        assert "NotImplementedError" in task.checks[0].message


def test_an_unsolved_exercise_costs_its_own_points_alone(solved):
    result = graded_without_agent(solved)

    assert points(result) == FULL
    assert result.evaluation.mean is None


def test_a_syntax_error_costs_its_own_exercise_and_is_quoted(solved):
    result = graded_without_agent(solved, Edit("save", "torch.save(", "torch.save(("))

    assert points(result) == FULL | {"save": 0}
    assert "SyntaxError" in result.task("policy_network/save").checks[0].message


ENDINGS = {
    "endless_loop": ("while True: pass", Status.TIMEOUT),
    "exit_at_once": ("import os; os._exit(0)", Status.CRASHED),
    "segmentation_fault": ("import ctypes; ctypes.string_at(0)", Status.CRASHED),
    "memory_bomb": ("hoard = [bytearray(1 << 28) for _ in range(100)]", Status.OK),
    "much_output": ("import os\nwhile True: os.write(1, b'x' * 10_000)", Status.TOO_MUCH_OUTPUT),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_a_cell_costs_that_cell_alone(solved, ending):
    code, status = ENDINGS[ending]

    result = graded_without_agent(
        solved, Edit("save", "def save_agent", f"{code}\n\ndef save_agent")
    )

    assert result.status is status
    assert points(result) == FULL | {"save": 0}


def test_what_loops_inside_an_answer_costs_that_exercise_alone(solved):
    loop = Edit("normalise", "    eps = np", "    while True:\n        pass\n    eps = np")

    result = graded_without_agent(solved, loop)

    assert result.status is Status.TIMEOUT
    assert points(result)["normalise"] == 0
    assert points(result)["loss"] == FULL["loss"] and points(result)["save"] == FULL["save"]


def test_the_unsafe_option_gives_the_same_points_and_says_so(solved):
    safe = graded_without_agent(solved)
    unsafe = graded_without_agent(solved, options=GradingOptions(sandboxed=False))

    assert points(unsafe) == points(safe)
    assert safe.sandboxed and not unsafe.sandboxed


def test_a_fault_of_the_graders_own_is_no_mark(solved, monkeypatch):
    def broken(*arguments, **keywords):
        raise ZeroDivisionError("our own fault")

    monkeypatch.setattr(judging, "judge", broken)

    result = graded_without_agent(solved)

    assert result.status is Status.GRADER_ERROR
    assert "our own fault" in result.message and "not a mark" in result.message


def test_without_a_whole_sandbox_nothing_is_graded(solved, monkeypatch):
    from autograder.grading import submission as grading
    from autograder.sandbox.exit_info import SandboxUnavailable

    def refused():
        raise SandboxUnavailable("the sandbox is not whole: install bubblewrap")

    monkeypatch.setattr(grading, "require", refused)

    with pytest.raises(SandboxUnavailable, match="install bubblewrap"):
        graded(solved)


def test_a_fault_in_the_agents_stage_costs_no_marks_of_the_tasks(solved, monkeypatch):
    from autograder.grading import submission as grading

    def broken(*arguments, **keywords):
        raise ZeroDivisionError("our own fault")

    monkeypatch.setattr(grading, "train_and_score", broken)

    result = graded(solved)

    assert result.status is Status.AGENT_ERROR and not result.status.is_final
    assert points(result) == FULL
    assert "our own fault" in result.message and "not a mark" in result.message
    assert result.task("policy_network/agent").checks[0].mistake == "agent_error"
    assert result.evaluation.mean is None


def test_an_agent_is_not_paid_for_where_its_update_learns_nothing(solved):
    nothing = Edit("update", "self.optimizer.step()", "pass")

    result = graded(edited(solved, (nothing,)))

    assert result.task("policy_network/update").points == 0
    assert result.task("policy_network/agent").points == 0
    assert result.task("policy_network/agent").checks[0].mistake == "does_not_learn_yet"
