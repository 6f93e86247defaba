import numpy as np
import pytest

from autograder.checks import judge as judging
from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task
from autograder.worker.local import LocalStudent


def make_task():
    task = Task("unit/exercise", requires=("answer",))

    @task.check("first_of_all", points=1, blocking=True)
    def first_of_all(student, random):
        expect(student.call("answer", 1) is not None, "nothing", "It answers nothing.")

    @task.check("doubles", points=2)
    def doubles(student, random):
        number = int(random.integers(3, 1_000))
        if student.call("answer", number) != 2 * number:
            raise CheckFailed("not_doubled", f"answer({number}) should be {2 * number}.")

    @task.check("keeps_zero", points=1)
    def keeps_zero(student, random):
        expect(student.call("answer", 0) == 0, "zero_changed", "Zero doubled is zero.")

    return task


def judged(answer, seed=1):
    return judging.judge(make_task(), LocalStudent({"answer": answer}, None), seed)


def asked(ask, guard=None):
    """The result of a task with a single check."""
    task = Task("unit/exercise", requires=())
    task.check("only_one")(ask)
    return judging.judge(task, LocalStudent({}, None), 1, guard)


def raises(error):
    def ask(student, random):
        raise error

    return ask


def defined_in_a_notebook(source):
    """The function `answer` of a notebook's cell."""
    namespace = {}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace["answer"]


def mistakes(result):
    return [check.mistake for check in result.checks]


def test_a_right_answer_earns_all_points():
    result = judged(lambda x: 2 * x)

    assert (result.points, result.max_points) == (4, 4)
    assert mistakes(result) == [None, None, None]


def test_each_passed_check_earns_its_own_points():
    result = judged(lambda x: x * x)

    assert result.points == 2
    assert mistakes(result) == [None, "not_doubled", None]


def test_after_an_essential_check_fails_nothing_more_is_asked_or_earned():
    result = judged(lambda x: None)

    assert result.points == 0
    assert mistakes(result) == ["nothing", judging.NOT_REACHED, judging.NOT_REACHED]


def test_an_unsolved_exercise_is_named_so():
    def answer(x):
        raise NotImplementedError

    result = judged(answer)

    assert mistakes(result)[0] == judging.NOT_SOLVED
    assert "NotImplementedError" in result.checks[0].message


def test_the_students_exception_is_shown():
    result = judged(lambda x: 1 / (x - 1))

    assert mistakes(result)[0] == judging.RAISES
    assert "ZeroDivisionError: division by zero" in result.checks[0].message


def test_a_missing_name_is_not_solved():
    result = judging.judge(make_task(), LocalStudent({}, None), 1)

    assert mistakes(result)[0] == judging.NOT_SOLVED
    assert "answer is not defined" in result.checks[0].message


def test_the_numbers_asked_depend_on_the_seed_alone():
    def message(seed):
        return judged(lambda x: 0, seed).checks[1].message

    assert message(1) == message(1) != message(2)


def test_every_check_has_random_numbers_of_its_own():
    task = Task("unit/exercise", requires=())
    drawn = []
    for name in ("first", "second", "third"):
        task.check(name)(lambda student, random: drawn.append(random.integers(2**62)))

    judging.judge(task, LocalStudent({}, None), 1)
    judging.judge(task, LocalStudent({}, None), 2)

    assert len(set(drawn)) == 6


def test_the_students_random_numbers_depend_on_the_seed_alone():
    drawn = []
    task = Task("unit/exercise", requires=("draw",))
    task.check("first")(lambda student, random: drawn.append(float(student.call("draw"))))
    task.check("second")(lambda student, random: drawn.append(float(student.call("draw"))))
    student = LocalStudent({"draw": np.random.random}, None)

    for seed in [*range(100), *range(100)]:
        judging.judge(task, student, seed)

    assert drawn[:200] == drawn[200:]
    assert len(set(drawn)) == 200


def test_an_essential_check_that_fails_takes_back_what_was_earned_before():
    task = Task("unit/exercise", requires=())
    task.check("before", points=3)(lambda student, random: None)
    task.check("needed", points=1, blocking=True)(raises(CheckFailed("odd", "Odd.")))
    task.check("after", points=2)(lambda student, random: None)

    result = judging.judge(task, LocalStudent({}, None), 1)

    assert (result.points, result.max_points) == (0, 6)
    assert mistakes(result) == [None, "odd", judging.NOT_REACHED]


def test_what_is_not_reached_says_what_to_mend_first():
    result = judged(lambda x: None)

    for check in result.checks[1:]:
        assert not check.passed
        assert check.message == "Not checked yet: fix “first of all” first."


def test_an_unsolved_part_ends_the_task_even_where_its_check_is_not_essential():
    def answer(x):
        if x > 1:
            raise NotImplementedError
        return 2 * x

    result = judged(answer)

    assert mistakes(result) == [None, judging.NOT_SOLVED, judging.NOT_REACHED]
    assert result.points == 0


def test_an_error_in_one_check_leaves_the_others_their_points():
    def answer(x):
        return 2 * x if x < 2 else 1 / 0

    result = judged(answer)

    assert mistakes(result) == [None, judging.RAISES, None]
    assert result.points == 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "def answer(x):\n    raise NotImplementedError",
            "Not solved yet: your code still raises NotImplementedError (line 2 of answer: ).",
        ),
        (
            "def answer(x):\n    raise RuntimeError('no')",
            "Your code raises RuntimeError: no. In line 2 of answer: .",
        ),
        (
            "def answer(x):\n    raise RuntimeError",
            "Your code raises RuntimeError: no message. In line 2 of answer: .",
        ),
    ],
)
def test_a_message_says_the_line_of_the_students_cell(source, message):
    assert judged(defined_in_a_notebook(source)).checks[0].message == message


def test_a_message_says_no_line_where_none_is_known():
    def unsolved(x):
        raise NotImplementedError

    def silent(x):
        raise RuntimeError

    assert judged(unsolved).checks[0].message == (
        "Not solved yet: your code still raises NotImplementedError."
    )
    assert judged(silent).checks[0].message == "Your code raises RuntimeError: no message."


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("odd"),
        AssertionError("odd"),
        AttributeError("odd"),
        IndexError("odd"),
        MemoryError("odd"),
        TypeError("odd"),
        ValueError("odd"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_answer_that_a_check_stumbles_over_costs_this_check_alone(error):
    result = asked(raises(error))

    assert mistakes(result) == [judging.UNREADABLE]
    assert f"cannot read ({type(error).__name__}: odd)" in result.checks[0].message
    assert (result.points, result.max_points) == (0, 1)


@pytest.mark.parametrize("error", [OSError, RuntimeError, KeyboardInterrupt])
def test_what_is_no_fault_of_the_answer_is_not_caught(error):
    with pytest.raises(error):
        asked(raises(error()))


@pytest.mark.parametrize(("length", "kept"), [(1_999, 1_999), (2_000, 2_000), (2_001, 2_000)])
def test_a_message_is_cut_at_2000_characters(length, kept):
    result = asked(raises(CheckFailed("talkative", "x" * length)))

    assert result.checks[0].message == "x" * kept


def test_a_guard_is_given_every_check_that_is_reached():
    guarded = []

    def guard(ask):
        guarded.append(ask)
        ask()

    result = judging.judge(make_task(), LocalStudent({"answer": lambda x: x * x}, None), 1, guard)

    assert len(guarded) == 3
    assert mistakes(result) == [None, "not_doubled", None]


def test_a_guard_may_keep_a_check_from_being_asked():
    result = asked(raises(CheckFailed("odd", "Odd.")), guard=lambda ask: None)

    assert mistakes(result) == [None]


def test_what_a_guard_raises_itself_is_not_caught():
    class TimeIsUp(Exception):
        pass

    def guard(ask):
        raise TimeIsUp

    with pytest.raises(TimeIsUp):
        asked(lambda student, random: None, guard=guard)


def test_a_task_that_could_not_be_asked_earns_nothing():
    result = judging.failed(make_task(), "crashed", "It crashed.")

    assert (result.task, result.points, result.max_points) == ("unit/exercise", 0, 4)
    assert [check.check for check in result.checks] == ["first_of_all", "doubles", "keeps_zero"]
    assert not any(check.passed for check in result.checks)
    assert mistakes(result) == ["crashed", judging.NOT_REACHED, judging.NOT_REACHED]
    assert [check.message for check in result.checks] == [
        "It crashed.",
        "Not checked.",
        "Not checked.",
    ]


def test_a_name_is_read_as_words():
    assert judging.readable("keeps_zero_as_it_is") == "keeps zero as it is"


@pytest.mark.parametrize(("positive", "points"), [(True, 3), (False, 0)])
def test_a_check_that_needs_another_counts_only_when_that_one_passed(positive, points):
    task = Task("unit/exercise", requires=())
    task.check("does_something", points=1)(
        lambda student, random: expect(positive, "does_nothing", "It does nothing.")
    )
    task.check("does_no_harm", points=1, needs=("does_something",))(lambda student, random: None)
    task.check("nor_later", points=1, needs=("does_no_harm",))(lambda student, random: None)

    result = judging.judge(task, LocalStudent({}, None), 1)

    assert result.points == points
    if not positive:
        assert mistakes(result) == ["does_nothing", "not_reached", "not_reached"]
        assert "does something" in result.checks[1].message
