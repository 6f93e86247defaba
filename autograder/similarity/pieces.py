"""An answer as a set of pieces that stay the same when it is renamed, commented or reformatted."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Sequence

#: Neighbouring nodes of the syntax tree, or words of a text, in one piece.
_NODES, _WORDS = 6, 4
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def pieces_of(cell_type: str, source: str) -> frozenset[int]:
    """The pieces of a cell: of its syntax tree, or of its words where it is no Python.

    What is written in one's own names, in comments and docstrings, and the layout, do not count.
    Raises RecursionError or MemoryError for code that nests too deeply.
    """
    if cell_type != "code":
        return _sequences(_words(source), _WORDS)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return _sequences(_words(re.sub(r"#.*", "", source)), _WORDS)
    return _sequences(list(_labels(tree)), _NODES)


def _labels(node: ast.AST) -> Iterator[str]:
    """The kinds of the nodes in the order of the text; names that others give stay."""
    label = type(node).__name__
    if isinstance(node, ast.Attribute):
        label += f" {node.attr}"
    elif isinstance(node, ast.keyword):
        label += f" {node.arg}"
    elif isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)):
        label += f" {node.value!r}"
    if not isinstance(node, (ast.Load, ast.Store, ast.Del)):
        yield label
    for child in _children(node):
        yield from _labels(child)


def _children(node: ast.AST) -> Sequence[ast.AST]:
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, _DOCUMENTED):
        body = node.body
        first = body[0] if body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            children.remove(first)
    return children


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _sequences(labels: Sequence[str], length: int) -> frozenset[int]:
    """Each run of so many neighbours, as a number."""
    runs = ("\n".join(labels[n : n + length]) for n in range(len(labels) - length + 1))
    digests = (hashlib.blake2b(run.encode(), digest_size=7).digest() for run in runs)
    return frozenset(int.from_bytes(digest, "big") for digest in digests)
