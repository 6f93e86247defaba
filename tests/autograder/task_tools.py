"""What a task's result says, for the tests of its checks."""

from autograder.checks.judge import NOT_REACHED


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
