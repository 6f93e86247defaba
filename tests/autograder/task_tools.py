"""What a task's result says, for the tests of its checks."""

from autograder.authoring.edits import edited, mistakes_of, reference, silent_student_of
from autograder.checks.judge import NOT_REACHED, judge


def failures(result):
    """The mistake of each check that failed, by the check's name."""
    return {check.check: check.mistake for check in result.checks if not check.passed}


def verdicts(result):
    """Mistake and message of each check that failed; those not reached left out."""
    return {
        check.check: (check.mistake, check.message)
        for check in result.checks
        if not check.passed and check.mistake != NOT_REACHED
    }


def mistakes(result):
    """The mistakes alone, those not reached left out."""
    return {name: mistake for name, (mistake, _) in verdicts(result).items()}


def message(result, name):
    """What the check of this name says."""
    return next(check.message for check in result.checks if check.check == name)


def one_mistake_for_each_check(unit, course):
    """The first of the unit's typical mistakes that each check has to catch."""
    chosen = {}
    for mistake in mistakes_of(unit, course):
        if not mistake.is_scored:
            chosen.setdefault((mistake.task, mistake.check), mistake)
    return list(chosen.values())


def judge_edited(unit, course, task, edits=()):
    """The result of one task for the reference with these edits."""
    student = silent_student_of(edited(reference(unit, course), edits), unit)
    return judge(unit.task(task), student, seed=1)
