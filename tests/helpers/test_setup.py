"""The first cell of the course says what is missing, and what to do about it."""

import importlib.metadata
import sys
from email.message import Message

import pytest

from helpers import check_setup, setup
from helpers.setup import DISPENSABLE, last_python


@pytest.fixture
def versions(monkeypatch):
    """Pretend that some packages have other versions, or none."""
    changed = {}
    real = importlib.metadata.version

    def version(name):
        if name in changed and changed[name] is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return changed.get(name) or real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    return changed


def test_here_everything_is_there(capsys):
    assert check_setup() is True

    said = capsys.readouterr().out
    assert "✓ Python" in said and "✓ gymnasium" in said and "✓ torch" in said
    assert "✗" not in said and said.endswith("Everything is installed.\n")


def test_a_missing_package_is_named_with_its_remedy(capsys, versions):
    versions["tqdm"] = None

    assert check_setup() is False
    said = capsys.readouterr().out
    assert "✗ tqdm is not installed (pip install 'tqdm>=4" in said
    assert said.endswith("First fix the lines marked with ✗.\n")


def test_a_package_that_is_too_old_is_named(capsys, versions):
    versions["gymnasium"] = "0.26.2"

    assert check_setup() is False
    assert (
        "✗ gymnasium 0.26.2 is not a suitable version (pip install 'gymnasium>="
        in capsys.readouterr().out
    )


@pytest.mark.parametrize("package", DISPENSABLE)
def test_without_what_only_shows_something_the_course_can_begin(capsys, versions, package):
    versions[package] = None

    assert check_setup() is True
    said = capsys.readouterr().out
    assert f"– {package} is not installed (pip install '{package}>=" in said
    assert "you can go on without it)" in said
    assert said.endswith("You can start. What is marked with – is not needed everywhere.\n")


def test_the_ordinary_tensorflow_will_do(capsys, versions):
    """Colab has it on Linux, where the course installs the smaller tensorflow-cpu."""
    versions["tensorflow-cpu"] = None
    versions["tensorflow"] = "2.20.0"

    assert check_setup() is True
    said = capsys.readouterr().out
    assert "✓ tensorflow 2.20.0" in said and "tensorflow-cpu" not in said


@pytest.mark.parametrize(("package", "units"), [("torch", "PyTorch"), ("keras", "Keras")])
def test_without_a_framework_the_course_can_begin(capsys, versions, package, units):
    versions[package] = None

    assert check_setup() is True
    said = capsys.readouterr().out
    assert f"– {package} is not installed (pip install '{package}>=" in said
    assert f"for {units} units only" in said


@pytest.fixture
def without_keras_for_this_python(monkeypatch):
    """Pretend that TensorFlow ends with an older Python: the minor version of that one."""
    older = sys.version_info.minor - 1
    course = Message()
    course["Requires-Python"] = ">=3.10"
    course["Requires-Dist"] = "numpy"
    course["Requires-Dist"] = "torch; extra == 'torch'"
    course["Requires-Dist"] = f"keras; python_version < '3.{older + 1}' and extra == 'keras'"
    monkeypatch.setattr(importlib.metadata, "metadata", lambda name: course)
    return older


def test_the_last_python_of_a_framework_is_known(without_keras_for_this_python):
    assert last_python("keras") == without_keras_for_this_python
    assert last_python("torch") is None


def test_a_python_that_is_too_new_for_a_framework_is_named(capsys, without_keras_for_this_python):
    assert check_setup() is True
    assert (
        "– the Keras units do not work with Python 3.{}.{} yet: use Python 3.{}\n".format(
            *sys.version_info[1:3], without_keras_for_this_python
        )
        in capsys.readouterr().out
    )


def test_a_course_that_is_not_installed_says_so(capsys, monkeypatch):
    monkeypatch.setattr(setup, "COURSE", "no-such-course")

    assert check_setup() is False
    assert "✗ no-such-course is not installed" in capsys.readouterr().out


def test_a_picture_that_cannot_be_drawn_is_one_line(capsys, monkeypatch):
    def broken():
        raise RuntimeError("no pygame here")

    monkeypatch.setattr(setup, "_draw", broken)

    assert check_setup() is True
    said = capsys.readouterr().out
    assert "– a cart pole can be drawn: failed with RuntimeError: no pygame here" in said
    assert said.endswith("You can start. What is marked with – is not needed everywhere.\n")
