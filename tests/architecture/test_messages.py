"""Messages of checks keep their values: none is an f-string, glued together or filled in by hand.

`Message("Your shape is {actual}.", actual=shape)` can be translated and tested by its template;
f"Your shape is {shape}." cannot.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.imports import modules

#: What takes a message, and the place of the message among its arguments.
TAKERS = {
    "CheckFailed": 1, "KnownMistake": 2, "Message": 0, "expect": 2, "expect_close": 3,
    "expect_shape": 3,
}  # fmt: skip


def glued_messages(tree: ast.AST) -> Iterator[int]:
    """The line of each message that is filled in before it becomes a message."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        place = TAKERS.get(_name(node.func))
        if place is not None:
            messages = [*node.args[place : place + 1]]
            messages += [word.value for word in node.keywords if word.arg == "message"]
            yield from (message.lineno for message in messages if _is_glued(message))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_glued(message: ast.expr) -> bool:
    if isinstance(message, ast.IfExp):
        return _is_glued(message.body) or _is_glued(message.orelse)
    if isinstance(message, ast.Call):
        return isinstance(message.func, ast.Attribute) and message.func.attr in ("format", "join")
    return isinstance(message, (ast.JoinedStr, ast.BinOp))


@pytest.mark.parametrize(
    ("source", "glued"),
    [
        ('expect(ok, "wrong", "Look.")', False),
        ('expect(ok, "wrong", Message("Look at {n}.", n=n))', False),
        ('raise CheckFailed("wrong", MESSAGE)', False),
        ('raise CheckFailed("wrong", f"Look at {n}.")', True),
        ('raise CheckFailed("wrong", message + " Look.")', True),
        ('raise CheckFailed("wrong", "Look at %s." % n)', True),
        ('raise CheckFailed("wrong", message=f"{n}")', True),
        ('KnownMistake("wrong", values, "Look at {}.".format(n))', True),
        ('expect.expect(ok, "wrong", "A." if n else f"{n}")', True),
        ('expect_close(values, right, "wrong", " ".join(parts))', True),
        ('Message(f"Look at {n}.")', True),
    ],
)
def test_the_search_finds_messages_that_lost_their_values(source, glued):
    assert bool(list(glued_messages(ast.parse(source)))) is glued


def test_no_message_of_a_check_has_lost_its_values():
    found = [
        f"{module.place}:{line}" for module in modules() for line in glued_messages(module.tree)
    ]

    assert found == []
