"""A task is a class, and its checks are the methods that are marked as such."""

from autograder.checks.task import Task, check


class Reads(Task):
    requires = ("read",)

    @check(points=2, blocking=True)
    def reads_a_line(self, student, random):
        return "a line"

    @check(points=0)
    def reads_nothing(self, student, random):
        pass

    def tool(self):
        """No check."""


class Writes(Task):
    @check()
    def writes_a_line(self, student, random):
        pass


def described(task):
    return [(check.name, check.points, check.blocking) for check in task.checks]


def test_marked_methods_are_the_checks_in_the_order_of_the_file():
    task = Reads("unit/read")

    assert described(task) == [("reads_a_line", 2, True), ("reads_nothing", 0, False)]
    assert (task.name, task.requires, task.points) == ("unit/read", ("read",), 2)


def test_a_check_is_asked_of_its_own_task():
    class Named(Task):
        @check()
        def says_its_name(self, student, random):
            return self.name

    first, second = Named("unit/first"), Named("unit/second")

    assert first.checks[0].ask(None, None) == "unit/first"
    assert second.checks[0].ask(None, None) == "unit/second"


def test_the_checks_of_the_bases_come_first_from_left_to_right():
    class Both(Reads, Writes):
        @check()
        def closes(self, student, random):
            pass

    names = [check.name for check in Both("unit/both").checks]

    assert names == ["reads_a_line", "reads_nothing", "writes_a_line", "closes"]


def test_a_check_that_is_written_again_keeps_its_place_and_its_points():
    class ReadsTwice(Reads):
        def reads_a_line(self, student, random):
            return "two lines"

    task = ReadsTwice("unit/read")

    assert described(task) == described(Reads("unit/read"))
    assert task.checks[0].ask(None, None) == "two lines"


def test_a_check_that_is_marked_again_has_the_new_points():
    class ReadsForMore(Reads):
        @check(points=5)
        def reads_a_line(self, student, random):
            pass

    assert described(ReadsForMore("unit/read"))[0] == ("reads_a_line", 5, False)


def test_of_two_bases_with_a_common_one_the_override_counts():
    class ReadsTwice(Reads):
        @check(points=3)
        def reads_a_line(self, student, random):
            pass

    class ReadsAloud(Reads):
        pass

    class Both(ReadsTwice, ReadsAloud):
        pass

    assert described(Both("unit/read")) == [("reads_a_line", 3, False), ("reads_nothing", 0, False)]


def test_what_a_task_requires_can_be_said_when_it_is_made():
    assert Reads("unit/other", requires=("other",)).requires == ("other",)
    assert Reads("unit/read").requires == ("read",)
