"""What a notebook imports from `autograder` is there inside the sandbox, too, and does nothing."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

import autograder
from autograder.worker.silent_check import install


@pytest.fixture
def package() -> ModuleType:
    """What the worker's notebook imports."""
    package = ModuleType("autograder")
    install(package)
    return package


@pytest.mark.parametrize("name", autograder.__all__)
def test_each_function_can_be_called_as_in_a_students_kernel(
    package: ModuleType, name: str
) -> None:
    theirs, ours = (inspect.signature(getattr(p, name)) for p in (package, autograder))
    assert list(theirs.parameters.values()) == list(ours.parameters.values())


def test_none_of_them_judges_or_prints(
    package: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert package.check("policy_network/loss", None) == 0
    package.start_unit("policy_network", drive=True)
    package.show_points()
    assert capsys.readouterr() == ("", "")
