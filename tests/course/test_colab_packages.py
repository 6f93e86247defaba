"""Colab has what the course needs: its wheel is installed alone, and nothing is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from autograder.course import Course
from tests.course.test_packaging import declared

PYTHONS = ("3.12", "3.13")


def on_colab(python: str) -> dict[str, Version]:
    """The versions of Colab's own packages, by their names."""
    path = Path(__file__).parent / "colab" / f"python-{python}.txt"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    pairs = [line.split("==") for line in lines]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("extra", ["", "torch"])
def test_colabs_own_versions_suit_the_course(course: Course, python: str, extra: str) -> None:
    versions = on_colab(python)
    for requirement in declared(course)[extra]:
        name = canonicalize_name(requirement.name)
        assert requirement.specifier.contains(versions[name]), requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_colabs_own_keras_and_tensorflow_suit_the_keras_units(course: Course, python: str) -> None:
    versions = on_colab(python)
    keras, *tensorflow = declared(course)["keras"]
    assert keras.specifier.contains(versions["keras"])
    assert all(wanted.specifier.contains(versions["tensorflow"]) for wanted in tensorflow)


@pytest.mark.parametrize("python", PYTHONS)
def test_colab_draws_with_a_pygame_of_its_own(course: Course, python: str) -> None:
    """pip would bring pygame-ce, whose files have the same names: so it is not asked."""
    assert "pygame" in on_colab(python) and "pygame-ce" not in on_colab(python)
    [gymnasium] = [r for r in declared(course)[""] if r.name == "gymnasium"]
    assert gymnasium == Requirement("gymnasium[classic-control]>=1.1")
