"""What is handed out holds no solution, installs and works anywhere, and costs nobody work."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import is_grade

from autograder.authoring import release as release_module
from autograder.authoring.edits import mistakes_of, right_answers_of
from autograder.authoring.first_cell import wheel_name
from autograder.authoring.leaks import LONG_ENOUGH, Leak, leaks, solutions, without_spaces
from autograder.authoring.release import MANIFEST, contents, release, run_release
from autograder.authoring.wheel import student_wheel
from autograder.course import Course, CourseError
from autograder.units import Unit, unit_named, unit_names

UNITS = [unit_named(name) for name in unit_names()]
#: Packages that only instructors and authors have.
GRADER = ("authoring", "cli", "class_run", "grading", "gradebook", "report", "sandbox")


def wheel_files(units: list[Unit]) -> dict[str, bytes]:
    """The files in the wheel for these units, by their paths in it."""
    with zipfile.ZipFile(io.BytesIO(student_wheel(units))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def folder(course: Course, tmp_path: Path) -> Path:
    """A release of two units."""
    units = [unit_named("meet_cartpole"), unit_named("policy_network")]
    release(course, units, tmp_path / "student")
    return tmp_path / "student"


# --- nothing secret ------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_units_release_shows_none_of_its_solutions(course: Course, unit: Unit) -> None:
    assert len(list(solutions(course, unit))) > 0
    assert list(leaks(course, [unit], contents(course, [unit]))) == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_each_question_in_words_has_a_rubric_that_would_be_missed(
    course: Course, unit: Unit
) -> None:
    notebook = nbformat.read(course.released(unit.assignment), as_version=4)
    answers = (cell for cell in notebook.cells if cell.cell_type == "markdown" and is_grade(cell))
    asked = {f"{unit.name}/{cell.id}" for cell in answers}
    assert asked and asked <= {exercise for exercise, _ in solutions(course, unit)}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_nbgraders_source_notebook_would_be_found_to_show_all(course: Course, unit: Unit) -> None:
    """So that the test above can fail."""
    notebook = course.source(unit.assignment).with_suffix(".ipynb").read_bytes()
    found = [leak.exercise for leak in leaks(course, [unit], {"a.ipynb": notebook})]
    assert found == [exercise for exercise, _ in solutions(course, unit)]


def test_the_wheel_of_all_units_shows_no_solution(course: Course) -> None:
    assert list(leaks(course, UNITS, {wheel_name(): student_wheel(UNITS)})) == []


def with_cell(source: str) -> dict[str, bytes]:
    """A notebook with a code cell, as a release has it."""
    cell = nbformat.v4.new_code_cell(source)
    return {"a.ipynb": nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_each_solution_is_found_in_a_cell_however_short_it_is(course: Course, unit: Unit) -> None:
    for exercise, body in solutions(course, unit):
        cell = f"def answer():  # the answer\n\n{textwrap.indent(body, '  ')}  # (n,)\n"
        assert Leak("a.ipynb", exercise) in list(leaks(course, [unit], with_cell(cell))), body


def test_a_short_solution_is_not_shown_by_a_line_that_holds_more(course: Course) -> None:
    def shown(cell: str) -> list[str]:
        found = leaks(course, [unit_named("dqn_keras")], with_cell(cell))
        return [leak.exercise for leak in found]

    line = "target_net.set_weights(net.get_weights())"
    assert shown(line) == ["dqn_keras/copy"]
    assert shown(f"twins = [{line}]") == []


def test_a_solution_in_the_wheel_is_found(course: Course) -> None:
    exercise, body = next(pair for pair in solutions(course, UNITS[1]) if len(pair[1]) > 100)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("helpers/answers.py", textwrap.indent(body, "  "))
    found = list(leaks(course, UNITS, {"a.whl": buffer.getvalue()}))
    assert Leak("a.whl/helpers/answers.py", exercise) in found


def test_a_notebook_that_shows_its_own_solution_is_not_released(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = unit_named("policy_network")
    notebook = course.source(unit.assignment).with_suffix(".ipynb").read_bytes()
    name = "2_policy_network/policy_network.ipynb"
    monkeypatch.setattr("autograder.authoring.release.contents", lambda *_: {name: notebook})
    with pytest.raises(CourseError, match=f"{name} shows the solution of policy_network/"):
        release(course, [unit], tmp_path / "student")
    assert not (tmp_path / "student").exists()


def test_no_notebook_shows_the_solution_of_another(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_release(course, UNITS, tmp_path / "student") == 0
    assert "shows the solution" not in capsys.readouterr().out


def test_the_instructor_is_told_which_notebook_builds_on_an_earlier_solution(
    course: Course,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    earlier = Leak("3_actor_critic/actor_critic.ipynb", "policy_network/returns")
    monkeypatch.setattr(release_module, "leaks", lambda *_: iter([earlier]))
    units = [unit_named("policy_network"), unit_named("actor_critic")]
    assert run_release(course, units, tmp_path / "student") == 0
    assert (
        "3_actor_critic/actor_critic.ipynb shows the solution of policy_network/returns: "
        "hand it out after that is due."
    ) in capsys.readouterr().out


def test_no_mistake_and_no_right_answer_is_there(course: Course) -> None:
    files = contents(course, UNITS)
    del files[wheel_name()]
    for name, data in {**files, **wheel_files(UNITS)}.items():
        text = without_spaces(data.decode("utf-8", "replace").replace('\\n",\n', "\n"))
        for unit in UNITS:
            for case in (*mistakes_of(unit, course), *right_answers_of(unit, course)):
                for edit in case.edits:
                    new = without_spaces(edit.new)
                    assert len(new) < LONG_ENOUGH or new not in text, (name, case.name)


def test_the_wheel_holds_nothing_that_grades() -> None:
    graders = tuple(f"autograder/{name}" for name in GRADER)
    assert [name for name in wheel_files(UNITS) if name.startswith(graders)] == []


def test_the_wheel_holds_only_the_chosen_units() -> None:
    files = wheel_files([unit_named("policy_network")])
    names = {name.split("/")[2] for name in files if name.startswith("autograder/units/")}
    assert names & {unit.name for unit in UNITS} == {"policy_network"}


def test_its_metadata_asks_for_nothing_that_grades() -> None:
    files = wheel_files(UNITS)
    [metadata] = [data.decode() for name, data in files.items() if name.endswith("/METADATA")]
    required = re.findall(r"^Requires-Dist: ([\w.-]+)", metadata, re.MULTILINE)
    assert {"gymnasium", "torch", "keras", "jupyterlab"} <= set(required)
    assert not {"nbgrader", "pytest", "dask", "psutil", "rich"} & set(required)
    assert "Requires-Python: >=3.10\n" in metadata


# --- the folder ----------------------------------------------------------------------------------


def test_the_folder_holds_the_chosen_notebooks_and_how_to_install(folder: Path) -> None:
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*")) == sorted(
        [
            ".gitattributes", ".gitignore", MANIFEST, "1_meet_cartpole/meet_cartpole.ipynb",
            "2_policy_network/policy_network.ipynb", "README.md", "environment.yml",
            "pyproject.toml", "requirements.txt", wheel_name(),
        ]
    )  # fmt: skip
    text = (folder / "requirements.txt").read_text("utf-8")
    assert f"./{wheel_name()}[torch]\n" in text  # and no TensorFlow: no unit of these needs it


def test_the_same_course_gives_the_same_bytes(course: Course) -> None:
    assert contents(course, UNITS[:1]) == contents(course, UNITS[:1])


def test_a_new_release_removes_what_the_old_one_wrote_and_nothing_else(
    course: Course, folder: Path
) -> None:
    (folder / "FAQ.md").write_text("ours", encoding="utf-8")
    release(course, [unit_named("policy_network")], folder)
    assert not (folder / "1_meet_cartpole" / "meet_cartpole.ipynb").exists()
    assert (folder / "FAQ.md").read_text("utf-8") == "ours"


def test_an_older_wheel_stays_because_saved_notebooks_ask_for_it(
    course: Course, folder: Path
) -> None:
    older = folder / wheel_name().replace("-py3", ".post0-py3")
    (folder / wheel_name()).rename(older)
    manifest = (folder / MANIFEST).read_text("utf-8").replace(wheel_name(), older.name)
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    release(course, UNITS[:1], folder)
    assert older.exists() and (folder / wheel_name()).exists()


def test_a_folder_with_other_files_is_refused(course: Course, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(CourseError, match="holds other files"):
        release(course, UNITS[:1], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_manifest_removes_nothing_outside_its_folder(course: Course, folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("mine", encoding="utf-8")
    (folder / MANIFEST).write_text("../outside.txt\n", encoding="utf-8")
    release(course, UNITS[:1], folder)
    assert outside.exists()


def test_outdated_notebooks_are_not_released(course: Course, tmp_path: Path) -> None:
    unit = unit_named("meet_cartpole")
    for place in (course.source(unit.assignment).parent, course.released(unit.assignment).parent):
        shutil.copytree(place, tmp_path / place.relative_to(course.root))
    shutil.copy(course.root / "nbgrader_config.py", tmp_path)
    shutil.copy(course.root / "units.txt", tmp_path)
    copy = Course(tmp_path)
    source = copy.source(unit.assignment)
    source.write_text(source.read_text("utf-8").replace("# # Meet", "# # Greet"), "utf-8")
    with pytest.raises(CourseError, match="run `autograder build` first"):
        release(copy, [unit], tmp_path / "student")


# --- what students do with it --------------------------------------------------------------------


def installed(folder: Path, place: Path) -> Path:
    """Unpack the wheel as pip does, without what it needs, which is there."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place]
    subprocess.run([*pip, folder / wheel_name()], check=True, timeout=120)
    return place


def test_from_the_wheel_alone_a_check_works(folder: Path, tmp_path: Path) -> None:
    """In a folder with spaces and umlauts, where text is not UTF-8 unless somebody says so."""
    place = installed(folder, tmp_path / "site")
    notebooks = tmp_path / "Übung 1 – für Anfänger"
    notebooks.mkdir()
    code = """
import autograder, helpers
from autograder import check, start_unit
start_unit("policy_network")
import torch
def loss(log_probs, returns):
    return -(returns * log_probs).sum()
report = check("policy_network/loss", loss)
print(autograder.__file__, helpers.__file__, float(report), report.result.max_points, sep="|")
"""
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-W", "error::EncodingWarning", "-c", code],
        cwd=notebooks,
        env={**os.environ, "PYTHONPATH": str(place), "LC_ALL": "C", "PYTHONUTF8": "0"},
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ready, result = done.stdout.splitlines()
    assert ready.startswith("Ready: policy_network")
    autograder, helpers, points, most = result.split("|")
    assert autograder.startswith(str(place)) and helpers.startswith(str(place))
    assert float(points) == float(most)


def test_the_wheel_of_some_units_names_them_when_another_is_asked_for(
    folder: Path, tmp_path: Path
) -> None:
    place = installed(folder, tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-c", "from autograder import start_unit; start_unit('dqn')"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    last = done.stderr.splitlines()[-1]
    assert "No unit dqn." in last and "meet_cartpole, policy_network" in last


def git(*arguments: str, cwd: Path) -> str:
    settings = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "core.autocrlf=true"]
    command = ["git", *settings, *arguments]
    return subprocess.run(
        command, cwd=cwd, check=True, capture_output=True, text=True, timeout=60
    ).stdout


def commands_to_update(readme: str) -> list[list[str]]:
    """The git commands that the README tells students to type."""
    [block] = [
        block for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "git" in block
    ]
    return [shlex.split(line) for line in block.splitlines()]


def test_updating_a_clone_loses_no_work(folder: Path, tmp_path: Path) -> None:
    """The student has solved one notebook, the lecturer has changed both and brings a third."""
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "first", cwd=folder)
    git("clone", "--quiet", str(folder), str(tmp_path / "clone"), cwd=tmp_path)
    clone = tmp_path / "clone"
    first, second = "1_meet_cartpole/meet_cartpole.ipynb", "2_policy_network/policy_network.ipynb"
    mine = (clone / second).read_bytes().replace(b"raise NotImplementedError()", b"return 1")
    (clone / second).write_bytes(mine)
    (clone / "notes.md").write_text("mine", encoding="utf-8")
    for name in (first, second):
        changed = (folder / name).read_text("utf-8").replace("cart", "CART")
        (folder / name).write_text(changed, encoding="utf-8")
    (folder / "new.ipynb").write_text("{}", encoding="utf-8")
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "second", cwd=folder)

    for program, *arguments in commands_to_update((folder / "README.md").read_text("utf-8")):
        assert program == "git"
        git(*arguments, cwd=clone)

    assert (clone / second).read_bytes() == mine
    assert (clone / "notes.md").read_text("utf-8") == "mine"
    assert "CART" in (clone / first).read_text("utf-8")
    assert (clone / "new.ipynb").exists()
    assert git("status", "--porcelain", cwd=clone) == ""


def test_a_clone_on_windows_keeps_the_line_ends(folder: Path, tmp_path: Path) -> None:
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "first", cwd=folder)
    git("clone", "--quiet", str(folder), str(tmp_path / "clone"), cwd=tmp_path)
    for path in folder.rglob("*.ipynb"):
        assert (tmp_path / "clone" / path.relative_to(folder)).read_bytes() == path.read_bytes()
