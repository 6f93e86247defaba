"""The form of the code: short functions with few parameters, and modules that say what they do."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.imports import Module, modules

LONGEST = 60
MOST_PARAMETERS = 6


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_no_function_is_longer_than_sixty_lines():
    long = [
        f"{module.place}:{function.lineno} {function.name}: {lines} lines"
        for module in modules()
        for function in functions(module)
        if (lines := function.end_lineno - function.lineno + 1) > LONGEST
    ]

    assert long == []


def test_no_function_has_more_than_six_parameters():
    def count(function):
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return len([argument for argument in named if argument.arg not in ("self", "cls")])

    many = [
        f"{module.place}:{function.lineno} {function.name}: {count(function)} parameters"
        for module in modules()
        for function in functions(module)
        if count(function) > MOST_PARAMETERS
    ]

    assert many == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_modules_first_line_says_what_it_is_for(module):
    text = ast.get_docstring(module.tree)

    assert text, f"{module.place} has no docstring"
    first = text.splitlines()[0]
    assert first.endswith((".", "?", "!")), f"the first line is no sentence: {first}"
    assert len(first.split()) >= 4, f"the first line says too little: {first}"
