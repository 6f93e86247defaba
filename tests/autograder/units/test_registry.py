"""Units are found by name, in the order of the course's list, wherever they are installed."""

import subprocess
import sys

import pytest

from autograder.authoring.build import units_with_source
from autograder.course import Course, CourseError
from autograder.units import foreign_sources, registry, unit_named, unit_names, units_of

UNITS = units_with_source(Course.find())


def test_a_unit_is_known_by_its_name_and_by_its_assignment():
    assert unit_named("policy_network") == unit_named("2_policy_network")
    assert unit_named("policy_network").assignment == "2_policy_network"


@pytest.mark.parametrize("name", ("policy", "3_policy_network", "", "../policy_network"))
def test_an_unknown_unit_is_answered_with_those_there_are(name):
    with pytest.raises(CourseError, match=r"Installed are: .*policy_network, actor_critic"):
        unit_named(name)


def listing(folder, text):
    (folder / "units.txt").write_text(text, encoding="utf-8")
    return Course(folder)


def test_a_course_has_the_units_of_its_list_in_its_order(tmp_path):
    course = listing(tmp_path, "# this term\ndqn  # first\n\nmeet_cartpole\n")
    assert unit_names(course) == ("dqn", "meet_cartpole")
    assert [unit.name for unit in units_of(course)] == ["dqn", "meet_cartpole"]


def test_without_a_list_it_has_all_that_are_installed(tmp_path):
    assert set(unit_names(Course(tmp_path))) == {unit.name for unit in UNITS}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("dqn\nchess\n", "no unit chess is installed"), ("dqn\ndqn\n", "lists dqn more than once")],
)
def test_a_list_that_cannot_be_meant_is_refused(tmp_path, text, complaint):
    with pytest.raises(CourseError, match=complaint):
        unit_names(listing(tmp_path, text))


def test_a_listed_unit_without_a_source_is_named_with_its_file(tmp_path):
    with pytest.raises(CourseError, match=r"lists dqn, but there is no solutions/4_dqn/dqn.py"):
        units_with_source(listing(tmp_path, "dqn\n"))


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package with one module `chess_units`, whose entry point is the one given."""

    def installed(source, entry="chess = chess_units:UNIT"):
        (tmp_path / "chess_units.py").write_text(source, encoding="utf-8")
        info = tmp_path / "chess_units-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: chess-units\nVersion: 1.0\n", encoding="utf-8")
        text = f"[{registry.ENTRY_POINTS}]\n{entry}\n"
        (info / "entry_points.txt").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        forget()
        return tmp_path / "chess_units.py"

    def forget():
        sys.modules.pop("chess_units", None)
        registry._installed.cache_clear()
        registry.unit_named.cache_clear()

    yield installed
    monkeypatch.undo()
    forget()


CHESS = 'from autograder.units import Unit\nUNIT = Unit("chess", "chess", None, ())\n'


def test_another_package_registers_a_unit_by_an_entry_point(install):
    path = install(CHESS)
    assert unit_named("chess").name == "chess"
    assert foreign_sources(unit_named("chess")) == [path]
    assert foreign_sources(unit_named("dqn")) == []


@pytest.mark.parametrize(
    ("source", "entry", "complaint"),
    [
        ("import no_such_library", "chess = chess_units:UNIT", "cannot be loaded: No module named"),
        ("UNIT = 1", "chess = chess_units:UNIT", "is not an autograder.units.Unit"),
        (CHESS, "chess = chess_units:THE_UNIT", "cannot be loaded"),
        (CHESS, "go = chess_units:UNIT", "is called chess, but registered as go"),
    ],
)
def test_what_is_no_unit_is_refused_in_one_line(install, source, entry, complaint):
    install(source, entry)
    with pytest.raises(CourseError, match=complaint) as refused:
        unit_named(entry.split()[0])
    assert "\n" not in str(refused.value)


def test_two_units_of_one_name_are_refused(install):
    install(CHESS, "dqn = chess_units:UNIT")
    with pytest.raises(CourseError, match=r"Two units are called dqn: .* and chess_units"):
        unit_named("dqn")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_points_are_those_of_tasks_and_agent(unit):
    agent = 0 if unit.agent is None else unit.agent.points
    assert unit.max_points == sum(task.points for task in unit.tasks) + agent > 0
    assert len({name for name, _ in unit.task_points}) == len(unit.task_points)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_grader_itself_needs_no_deep_learning_library(unit):
    script = (
        f"import sys; from autograder.units import unit_named; unit_named({unit.name!r});"
        "import autograder.grading.submission, helpers;"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
