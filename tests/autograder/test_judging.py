from autograder import judging
from autograder.student.local import LocalStudent
from autograder.tasks.base import Task, Wrong, expect


def make_task():
    task = Task("unit/exercise", needs=("answer",))

    @task.check("first_of_all", points=1, essential=True)
    def first_of_all(student, random):
        expect(student.call("answer", 1) is not None, "nothing", "It answers nothing.")

    @task.check("doubles", points=2)
    def doubles(student, random):
        number = int(random.integers(3, 1_000))
        if student.call("answer", number) != 2 * number:
            raise Wrong("not_doubled", f"answer({number}) should be {2 * number}.")

    @task.check("keeps_zero", points=1)
    def keeps_zero(student, random):
        expect(student.call("answer", 0) == 0, "zero_changed", "Zero doubled is zero.")

    return task


def judged(answer, seed=1):
    return judging.judge(make_task(), LocalStudent({"answer": answer}, None), seed)


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
