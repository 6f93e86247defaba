"""What is installed: the same versions for every grader, and no more than a student needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from autograder.course import Course
from autograder.units import Unit
from tests.course import here

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: What only an instructor has. Students on Colab have some of these, in versions of their own.
NOT_FOR_STUDENTS = [
    "bleach", "bs4", "dask", "hypothesis", "jupytext", "nbclient", "nbconvert",
    "nbgrader", "psutil", "pyseccomp", "pytest", "rich", "sqlalchemy", "tensorflow", "yaml",
]  # fmt: skip

COURSE = "reinforcement-learning-course"


def declared(course: Course) -> dict[str, list[Requirement]]:
    """The requirements in pyproject.toml, by extra; "" are everybody's."""
    project = tomllib.loads((course.root / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(line) for line in lines] for extra, lines in groups.items()}


def pinned(course: Course) -> list[Requirement]:
    lines = (course.root / "requirements.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_every_requirement_has_one_pin_that_suits_it(course: Course, python: str) -> None:
    machine = {
        "python_version": python, "python_full_version": f"{python}.9", "sys_platform": "linux",
        "platform_machine": "x86_64", "os_name": "posix", "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }  # fmt: skip
    pins: dict[str, str] = {}
    for pin in pinned(course):
        if pin.marker is None or pin.marker.evaluate(machine):
            [version] = pin.specifier
            assert version.operator == "==" and pin.name not in pins, pin
            pins[pin.name] = version.version
    for requirements in declared(course).values():
        for requirement in requirements:
            if requirement.name == COURSE:  # an extra that is made of others
                continue
            if requirement.marker is None or requirement.marker.evaluate(machine):
                assert requirement.specifier.contains(pins[requirement.name.lower()]), requirement
    assert pins["torch"] == "2.13.0"
    assert "tensorflow-cpu" in pins and "tensorflow" not in pins


def test_no_file_says_where_packages_come_from(course: Course) -> None:
    for name in ("pyproject.toml", "requirements.txt", "Makefile", ".ci/run"):
        text = (course.root / name).read_text("utf-8")
        # A notebook on Colab fetches the course itself from somewhere, but no package.
        text = re.sub(r'^Students = ".*"$', "", text, flags=re.MULTILINE)
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), name


def test_students_may_have_any_python_from_3_10_on(course: Course) -> None:
    text = (course.root / "pyproject.toml").read_text("utf-8")
    assert tomllib.loads(text)["project"]["requires-python"] == ">=3.10"


def test_the_extra_for_students_brings_all_six_units_and_jupyterlab(course: Course) -> None:
    student = declared(course)["student"]
    [course_itself] = [requirement for requirement in student if requirement.name == COURSE]
    assert course_itself.extras == {"torch", "keras"}
    assert "jupyterlab" in {requirement.name for requirement in student}


def test_without_an_extra_no_framework_is_installed(course: Course) -> None:
    """On Colab they are there already, in versions of its own."""
    names = {requirement.name for requirement in declared(course)[""]}
    assert not names & {"torch", "keras", "tensorflow", "tensorflow-cpu", "jupyterlab", "nbgrader"}


def test_conda_brings_everything_for_all_units(course: Course) -> None:
    environment = yaml.safe_load((course.root / "environment.yml").read_text("utf-8"))
    packages = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    [pip] = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == [".[student]"]
    assert {"python-graphviz", "pydot"} <= set(packages)  # Keras draws its models with them


def test_the_package_holds_every_file_of_its_folders(course: Course, tmp_path: Path) -> None:
    """Without the package data, pictures, player and reports work only in a checkout."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(course.root / name, copy)
    for name in ("helpers", "autograder"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(course.root / name, copy / name, ignore=ignore)
    wanted = {
        path.relative_to(copy).as_posix()
        for folder in ("helpers", "autograder")
        for path in (copy / folder).rglob("*")
        if path.is_file()
    }
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", tmp_path, copy], check=True, timeout=120)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert wanted <= set(archive.namelist())


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_a_notebook_starts_with_a_students_packages_alone(
    course: Course, unit: Unit, tmp_path: Path
) -> None:
    """Nothing that a student meets before training imports what only instructors install."""
    # Keras itself imports rich.
    needed = {"tensorflow", "rich"} if unit.framework == "tensorflow" else set()
    blocked = [name for name in NOT_FOR_STUDENTS if name not in needed]
    start = f"""
import sys
sys.modules.update(dict.fromkeys({blocked}))  # importing one of them is an ImportError
from autograder import check, start_unit
import helpers
start_unit({unit.name!r})
print(check({unit.tasks[0].name!r}, *[None] * {len(unit.tasks[0].requires)}))
"""
    environment = {**os.environ, "PYTHONPATH": str(course.root)}
    done = subprocess.run(
        [sys.executable, "-c", start],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"{unit.tasks[0].name}: 0 of" in done.stdout


#: A machine with none of the programs that bring a Python, and with each of them.
NO_INSTALLER, UV, CONDA, APT = (), ("uv",), ("conda",), ("apt-cache",)


@pytest.mark.parametrize(
    ("version", "programs", "message"),
    [
        ("3.9.18", NO_INSTALLER, "needs Python 3.10 to 3.13; this machine has: Python 3.9.18"),
        ("3.14.0", NO_INSTALLER, "install uv (docs.astral.sh/uv), then uv venv --seed"),
        ("3.14.0", UV, "run make again: uv venv --seed --python 3.13 .venv"),
        ("3.14.0", CONDA, "run make again: conda create --yes --prefix .venv python=3.13"),
        ("3.14.0", APT, "run make again: sudo apt install python3.13 python3.13-venv"),
        ("3.12.1", APT, "Python 3.12 has no venv module. To get it, run this, then run make again: "
                        "sudo apt install python3.12-venv"),
        ("3.13.0", UV, "Python 3.13 has no venv module. To get it, run this, then run make again: "
                       "uv venv --seed --python 3.13 .venv"),
    ],
)  # fmt: skip
def test_make_advises_what_the_machine_can_do(
    course: Course, tmp_path: Path, version: str, programs: tuple[str, ...], message: str
) -> None:
    """On a machine whose only Python is one without the module venv, as Debian ships it."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(course.root / name, tmp_path)
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("bash", "make"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name in programs:
        _program(folder / name, f"#!{folder / 'bash'}\nexit 0\n")
    _program(
        folder / "python3",
        f"""#!{sys.executable}
import sys
if sys.argv[1:] == ["--version"]:
    print("Python {version}")
else:
    sys.version_info = tuple(map(int, "{version}".split(".")))
    sys.modules["ensurepip"] = None
    exec(sys.argv[2])
""",
    )
    done = subprocess.run(
        [folder / "make", "setup"],
        cwd=tmp_path, env={"PATH": str(folder)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert message in done.stderr
    assert not (tmp_path / ".venv").exists()


def _program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.slow
def test_an_installation_for_all_accounts_holds_no_solutions(
    course: Course, tmp_path: Path
) -> None:
    prefix, nothing = tmp_path / "opt", tmp_path / "no-requirements.txt"
    nothing.write_text("")

    subprocess.run(
        ["make", "install", f"PREFIX={prefix}", f"REQUIREMENTS={nothing}"],
        cwd=course.root, check=True, capture_output=True, text=True,
    )  # fmt: skip

    names = {path.name for path in prefix.rglob("*") if "autograder" in path.parts}
    assert {"class_run.py", "check.html.j2"} <= names
    assert (prefix / "bin" / "autograder").is_file()
    everything = [path for path in prefix.rglob("*") if path.is_file()]
    assert not [path for path in everything if path.suffix == ".ipynb"]
    answers = "right_answers.py", "mistakes.py"
    assert not [path for path in everything if path.name in answers]
    assert str(course.root) not in (prefix / "bin" / "autograder").read_text()


def test_an_installation_needs_a_place(course: Course) -> None:
    done = subprocess.run(
        ["make", "install"], cwd=course.root, capture_output=True, text=True,
        env={**os.environ, "PREFIX": ""},
    )  # fmt: skip

    assert done.returncode != 0
    assert "Say where to: make install PREFIX=" in done.stderr


def test_an_image_is_made_of_what_is_installed_alone(course: Course) -> None:
    first, *readmitted = [
        line
        for line in (course.root / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]

    assert first == "*"
    assert {line[1:] for line in readmitted if line.startswith("!")} == {
        "autograder", "helpers", "LICENSE", "README.md", "pyproject.toml", "requirements.txt",
    }  # fmt: skip
