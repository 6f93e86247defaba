"""The course installs from what is handed out: with pip, uv and conda, in two commands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from autograder.authoring.first_cell import DISTRIBUTION, wheel_name
from autograder.authoring.release import release
from autograder.course import Course
from autograder.units import unit_named, unit_names

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Units that need no framework, PyTorch, and both frameworks; the extras that these need.
CHOICES = {
    "numpy": (["meet_cartpole"], set()),
    "torch": (["policy_network", "dqn"], {"torch"}),
    "all": (list(unit_names()), {"torch", "keras"}),
}
#: The ways to install that the README offers.
WAYS = ("pip", "uv", "conda")
SYSTEMS = ("linux", "windows", "macos")


@dataclass(frozen=True)
class Handout:
    """A folder of a release, and the extras of the course that its units need."""

    folder: Path
    extras: set[str]

    def text(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    @property
    def for_pip(self) -> list[str]:
        """The lines of requirements.txt that ask for something."""
        lines = self.text("requirements.txt").splitlines()
        return [line for line in lines if line and not line.startswith("#")]

    @property
    def for_uv(self) -> dict[str, Any]:
        return tomllib.loads(self.text("pyproject.toml"))

    @property
    def for_conda(self) -> dict[str, Any]:
        environment: dict[str, Any] = yaml.safe_load(self.text("environment.yml"))
        return environment

    def commands(self, way: str) -> list[str]:
        """What the README tells students to type, for one of the ways to install."""
        part = self.text("README.md").split(f"**With {way}**")[1].split("**With ")[0]
        block = re.search(r"```sh\n(.*?)```", part, re.DOTALL)
        return block[1].splitlines() if block else re.findall(r"`(.+?)`", part)[:1]


def handed_out(course: Course, choice: str, folder: Path) -> Handout:
    names, extras = CHOICES[choice]
    release(course, [unit_named(name) for name in names], folder)
    return Handout(folder, extras)


@pytest.fixture(scope="module", params=CHOICES)
def handout(
    course: Course, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Handout:
    return handed_out(course, request.param, tmp_path_factory.mktemp("a") / "student")


def named(wheel: str) -> Requirement:
    """The wheel's line in requirements.txt, as if it asked for the course by its name."""
    return Requirement(wheel.replace(f"./{wheel_name()}", DISTRIBUTION))


# --- the three files -----------------------------------------------------------------------------


def test_pip_installs_the_wheel_beside_it_and_jupyterlab(handout: Handout) -> None:
    wheel, *others = handout.for_pip
    assert (handout.folder / wheel.partition("[")[0]).is_file()
    assert named(wheel).extras == handout.extras
    assert others == ["jupyterlab>=4.2"]


def test_uv_installs_the_same(handout: Handout) -> None:
    course, *others = handout.for_uv["project"]["dependencies"]
    wheel, *same = handout.for_pip
    assert Requirement(course) == named(wheel)
    assert others == same
    assert handout.for_uv["tool"]["uv"]["sources"] == {DISTRIBUTION: {"path": wheel_name()}}


def test_conda_installs_the_same_with_pip_and_brings_graphviz_and_ffmpeg(handout: Handout) -> None:
    entries = handout.for_conda["dependencies"]
    [pip] = [entry["pip"] for entry in entries if isinstance(entry, dict)]
    assert pip == ["-r requirements.txt"]
    assert {"pip", "ffmpeg", "python-graphviz", "pydot"} <= {str(entry) for entry in entries}


# --- which Python --------------------------------------------------------------------------------


def test_uv_takes_a_python_that_has_all_frameworks(handout: Handout) -> None:
    pythons = SpecifierSet(handout.for_uv["project"]["requires-python"])
    assert all(f"3.{minor}.1" in pythons for minor in range(10, 14))
    assert "3.9.9" not in pythons
    assert ("3.14.0" in pythons) == ("keras" not in handout.extras)


def test_conda_brings_a_python_that_has_all_frameworks(handout: Handout) -> None:
    [python] = [e for e in handout.for_conda["dependencies"] if str(e).startswith("python=")]
    version = python.partition("=")[2]
    assert f"{version}.0" in SpecifierSet(handout.for_uv["project"]["requires-python"])


def test_the_readme_says_which_python_pip_needs(handout: Handout) -> None:
    newer = "Python 3.10 to 3.13; with a newer one, only the notebooks without Keras work"
    said = newer if "keras" in handout.extras else "Python 3.10 or later"
    assert f"**With pip** ({said}):" in handout.text("README.md")


# --- the commands --------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_two_commands_are_enough(handout: Handout, way: str) -> None:
    commands = handout.commands(way)
    assert 1 <= len(commands) <= 2
    assert re.search(r"\bjupyter lab$", commands[-1])
    files = [word for command in commands for word in command.split() if "." in word]
    assert all((handout.folder / name).is_file() for name in files)


def test_conda_starts_the_environment_that_it_makes(handout: Handout) -> None:
    assert f"--name {handout.for_conda['name']} " in handout.commands("conda")[-1]


# --- what they find ------------------------------------------------------------------------------


def uv(*arguments: str, folder: Path) -> str:
    """What uv says; it may ask the package index. Skips the test where it cannot."""
    beside = Path(sys.executable).with_name("uv")
    program = str(beside) if beside.exists() else shutil.which("uv")
    if program is None:
        pytest.skip("no uv here")
    command = [program, *arguments, "--no-python-downloads"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if re.search("dns error|error sending request|timed out", done.stderr):
        pytest.skip("no package index here")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def all_units(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return handed_out(course, "all", tmp_path_factory.mktemp("all") / "student").folder


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_has_a_wheel_of_everything(all_units: Path, system: str, python: str) -> None:
    """Nothing is built and nothing is a pre-release; Keras is left out where TensorFlow ends."""
    listed = uv(
        "pip", "compile", "--quiet", "--no-annotate", "--no-header", "--only-binary", ":all:",
        "--python-platform", system, "--python-version", python, "requirements.txt",
        folder=all_units,
    )  # fmt: skip
    pairs = [line.split(" ")[0].split("==") for line in listed.splitlines() if "==" in line]
    versions = {name: Version(version) for name, version in pairs}
    assert {"gymnasium", "jupyterlab", "torch", "anywidget"} <= set(versions)
    assert [name for name, version in versions.items() if version.is_prerelease] == []
    tensorflow = {"tensorflow", "tensorflow-cpu", "keras"} & set(versions)
    assert len(tensorflow) == (2 if python != "3.14" else 0)


@pytest.mark.slow
def test_uv_finds_one_solution_for_all_systems(all_units: Path) -> None:
    uv("lock", "--quiet", "--python", sys.executable, folder=all_units)
    lock = tomllib.loads((all_units / "uv.lock").read_text("utf-8"))
    versions = {package["name"]: Version(package["version"]) for package in lock["package"]}
    assert {"torch", "tensorflow", "tensorflow-cpu", "jupyterlab"} <= set(versions)
    assert [name for name, version in versions.items() if version.is_prerelease] == []
