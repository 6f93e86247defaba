"""The first cell of a notebook installs the course on Colab and starts the unit everywhere."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

import autograder
from autograder.authoring import first_cell as cells
from autograder.authoring.first_cell import address_advice, first_cell, published, wheel_name
from autograder.course import Course
from autograder.units import unit_named

UNIT = unit_named("policy_network")


def course_at(address: str, folder: Path) -> Course:
    """A course whose students find it at an address."""
    (folder / "pyproject.toml").write_text(f'[project.urls]\nStudents = "{address}"\n', "utf-8")
    return Course(folder)


@pytest.fixture
def on_github(tmp_path: Path) -> Course:
    return course_at("https://github.com/ada/pole.git", tmp_path)


@pytest.fixture
def nowhere(tmp_path: Path) -> Course:
    return course_at(f"https://{cells.PLACEHOLDER_HOST}/pole", tmp_path)


def run(source: str, monkeypatch: pytest.MonkeyPatch, *, colab: bool, installed: bool) -> list[str]:
    """Run the cell as IPython would; the shell commands and the units started, in order.

    A shell command installs the course.
    """
    done: list[str] = []
    shell = types.SimpleNamespace(system=lambda command: done.append(command))

    def start_unit(name: str, drive: bool = False) -> None:
        done.append(f"{name} in the drive" if drive else name)

    monkeypatch.setattr(autograder, "start_unit", start_unit)
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: "there" if installed or done else None
    )
    code = TransformerManager().transform_cell(source)
    exec(compile(code, "first cell", "exec"), {"get_ipython": lambda: shell})
    return done


def in_a_kernel(source: str) -> list[Any]:
    """The outputs of the cell in a kernel on Colab where the course is not installed."""
    colab = """
import importlib.util, sys, types
sys.modules["google.colab"] = types.ModuleType("google.colab")
importlib.util.find_spec = lambda name: None
"""
    cells = [nbformat.v4.new_code_cell(text) for text in (colab, source)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    return list(notebook.cells[1].outputs)


def test_on_colab_it_installs_the_wheel_alone_and_starts(
    on_github: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(first_cell(on_github, UNIT), monkeypatch, colab=True, installed=False)
    wheel = f"https://github.com/ada/pole/raw/main/{wheel_name()}"
    assert done == [f'pip install -qq --no-deps "{wheel}"', "policy_network"]


def test_colab_shows_a_box_to_tick_for_google_drive(
    on_github: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = first_cell(on_github, UNIT)
    # Colab's forms: a parameter's value is written into the line when the box is ticked.
    box = 'save_in_drive = False  # @param {"type": "boolean"}'
    assert box in source.splitlines()
    ticked = source.replace("= False", "= True")
    assert run(ticked, monkeypatch, colab=True, installed=True) == ["policy_network in the drive"]


@pytest.mark.parametrize(("colab", "installed"), [(True, True), (False, True), (False, False)])
def test_it_installs_nothing_twice_and_nothing_elsewhere(
    on_github: Course, monkeypatch: pytest.MonkeyPatch, colab: bool, installed: bool
) -> None:
    source = first_cell(on_github, UNIT)
    assert run(source, monkeypatch, colab=colab, installed=installed) == ["policy_network"]


def test_without_an_address_it_says_so_on_colab_in_one_sentence(nowhere: Course) -> None:
    [output] = in_a_kernel(first_cell(nowhere, UNIT))
    assert output.traceback == [
        "This copy of the course is not ready for Colab. Please ask your teacher."
    ]


def test_a_wheel_that_cannot_be_downloaded_is_one_sentence_below_what_pip_says(
    tmp_path: Path,
) -> None:
    """As from a private repository, or after the course has moved."""
    course = course_at((tmp_path / "no-such-folder").as_uri(), tmp_path)
    *said, error = in_a_kernel(first_cell(course, UNIT))
    assert all(output.output_type == "stream" for output in said)
    assert error.traceback == [
        "The course was not installed. Run this cell again, or ask your teacher."
    ]


def test_without_an_address_it_starts_everywhere_else(
    nowhere: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = first_cell(nowhere, UNIT)
    assert run(source, monkeypatch, colab=False, installed=True) == ["policy_network"]


def test_the_author_is_told_what_to_do_for_colab(nowhere: Course) -> None:
    assert "put its address into pyproject.toml" in (address_advice(nowhere) or "")


def test_with_an_address_there_is_nothing_to_tell(on_github: Course) -> None:
    assert address_advice(on_github) is None


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/pole",
        "https://github.com/Ada/pole.git",
        "https://ada:token@github.com/ada/pole.git",
        "git@github.com:ada/pole.git",
        "ssh://git@github.com/ada/pole.git",
    ],
)
def test_students_are_not_sent_to_the_repository_with_the_solutions(
    on_github: Course, remote: str
) -> None:
    git = ["git", "-C", str(on_github.root)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run(
        [*git, "remote", "add", "upstream", "git@github.com:ada/pole-solved"], check=True
    )
    assert address_advice(on_github) is None
    subprocess.run([*git, "remote", "add", "origin", remote], check=True)
    assert "holds the solutions" in (address_advice(on_github) or "")


def test_without_git_nothing_is_compared(
    on_github: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert address_advice(on_github) is None


def test_a_course_without_pyproject_has_no_address(tmp_path: Path) -> None:
    assert published(Course(tmp_path)) is None


def test_colab_opens_notebooks_from_github_only(tmp_path: Path, on_github: Course) -> None:
    place = published(on_github)
    assert place is not None
    assert place.on_colab("1_a/a.ipynb") == (
        "https://colab.research.google.com/github/ada/pole/blob/main/1_a/a.ipynb"
    )
    server = published(course_at("https://uni.example/rl/", tmp_path))
    assert server is not None and server.on_colab("1_a/a.ipynb") is None
    assert server.wheel() == f"https://uni.example/rl/{wheel_name()}"
