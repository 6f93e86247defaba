"""Texts and messages are easy to read, also in a foreign language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import nbformat
import pyphen
import pytest

from autograder.course import Course
from autograder.units import Unit
from tests.architecture.imports import modules
from tests.course import here

#: The school year (of the United States) whose pupils can read it; Kincaid and others (1975).
MOST = 9.0
#: A formula or a piece of code reads like one short word.
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\{[^}]*\}", re.DOTALL)
#: Neither prose nor read aloud: blocks of code, rows of tables, tags, addresses, marks of Markdown.
REMOVED = re.compile(
    r"```.*?```|^\|.*?$|<[^>]*>|\]\([^)]*\)|^\s*[#>*-]+|[*_\[\]!]", re.DOTALL | re.MULTILINE
)
#: A shorter string is a name, a heading or a part of a sentence.
WORDS = 6


#: Where a word can be hyphenated, a new syllable begins.
SYLLABLES = pyphen.Pyphen(lang="en_US")


def grade(text: str) -> float:
    """The school year of a text; formulas and code count as one short word each."""
    prose = REMOVED.sub(" ", FORMULA.sub("x", text))
    words = re.findall(r"[A-Za-z']+", prose)
    sentences = len(re.findall(r"\w[^.!?]*[.!?]", prose)) or 1
    syllables = sum(len(SYLLABLES.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def sentences(tree: ast.AST) -> Iterator[str]:
    """The strings of a module that are read by people: no docstrings."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = getattr(node, "value", None) if id(node) not in documentation else None
        if isinstance(text, str) and len(text.split()) >= WORDS:
            yield text


@pytest.mark.parametrize(
    ("text", "easy"),
    [
        ("The agent sees where the cart is. It pushes left or right. You write the loop.", True),
        (
            "Notwithstanding methodological heterogeneity, contemporary investigations "
            "consistently demonstrate that representational regularisation materially facilitates "
            "generalisation throughout previously unencountered environmental configurations.",
            False,
        ),
    ],
)
def test_long_words_in_long_sentences_are_hard(text: str, easy: bool) -> None:
    assert (grade(text) <= MOST) is easy


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_a_units_text_is_easy_to_read(course: Course, unit: Unit) -> None:
    notebook = nbformat.read(course.released(unit.assignment), as_version=4)
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")

    assert len(text.split()) > 500
    assert grade(text) <= MOST


def test_the_checks_messages_are_easy_to_read() -> None:
    messages = [
        message
        for module in modules()
        if module.name.startswith(("autograder.units", "autograder.agents", "autograder.checks"))
        for message in sentences(module.tree)
    ]

    assert len(messages) > 500
    assert grade("\n".join(messages)) <= MOST
