"""Variants of a right answer that must earn the same: other names, layout, order, random state."""

from __future__ import annotations

import ast
from collections.abc import Callable

from autograder.grading.notebook import Submission

#: Drawn before an answer runs, so that no generator is in the state of a fresh kernel. It leaves no
#: names behind: an answer may use any.
_DRAWS = """
__import__("random").seed(91)
__import__("numpy").random.seed(92)
__import__("numpy").random.rand(7)
"""


def reformatted(source: str) -> str:
    """The same code without its comments, blank lines and layout."""
    return ast.unparse(ast.parse(source))


def renamed(source: str) -> str:
    """The same code with other names for local variables, and without its docstrings."""
    # Here, because only authors have it.
    from python_minifier import minify

    return str(
        minify(
            source,
            remove_literal_statements=True,
            rename_locals=True,
            rename_globals=False,
            hoist_literals=False,
            convert_posargs_to_args=False,
            remove_annotations=False,
        )
    )


def reordered(source: str) -> str:
    """The same definitions in reverse order, where none uses another when it is defined."""
    tree = ast.parse(source)
    definitions = [node for node in tree.body if isinstance(node, _DEFINITIONS)]
    names = {node.name for node in definitions}
    read = [names_in(node) for node in tree.body if not isinstance(node, _DEFINITIONS)]
    read += map(_used_when_defined, definitions)
    if len(definitions) < 2 or any(names & each for each in read):
        return source
    backwards = iter(reversed(definitions))
    tree.body = [next(backwards) if isinstance(node, _DEFINITIONS) else node for node in tree.body]
    return ast.unparse(tree)


def commented(source: str) -> str:
    """The same code with a comment at its top and a docstring in every function."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is None:
            node.body.insert(0, ast.Expr(ast.Constant("Do what was asked for.")))
    return f"# My solution\n{ast.unparse(tree)}"


def exchanged(source: str) -> str:
    """The same code with `if` and `else` exchanged: `if not condition: other; else: this`."""
    return ast.unparse(_Exchange().visit(ast.parse(source)))


def returned_by_name(source: str) -> str:
    """The same code with a variable for each value that is returned."""
    return ast.unparse(ast.fix_missing_locations(_NameReturned().visit(ast.parse(source))))


def after_other_draws(source: str) -> str:
    """The same code after some random numbers were drawn."""
    return _DRAWS + source


#: Every way to change an answer without changing what it does.
VARIANTS: dict[str, Callable[[str], str]] = {
    "reformatted": reformatted,
    "renamed": renamed,
    "reordered": reordered,
    "after_other_draws": after_other_draws,
    "commented": commented,
    "exchanged": exchanged,
    "returned_by_name": returned_by_name,
}

_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def varied(submission: Submission, variant: str) -> Submission:
    """The submission with each of its solution cells changed in this way."""
    change = VARIANTS[variant]
    return submission.with_sources(
        {cell.name: change(cell.source) for cell in submission.cells if cell.solution and cell.runs}
    )


class _Exchange(ast.NodeTransformer):
    """Exchange the branches of every condition that has two of them, `elif` included."""

    def visit_If(self, node: ast.If) -> ast.If:
        self.generic_visit(node)
        if not node.orelse:
            return node
        return ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        self.generic_visit(node)
        return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)


class _NameReturned(ast.NodeTransformer):
    """Give every returned value a name first."""

    _name = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        outer, self._name = self._name, "answer"
        while self._name in _names_inside(node):
            self._name += "_"
        self.generic_visit(node)
        self._name = outer
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return | list[ast.stmt]:
        if node.value is None or isinstance(node.value, ast.Name):
            return node
        name = self._name
        return [
            ast.Assign([ast.Name(name, ast.Store())], node.value),
            ast.Return(ast.Name(name, ast.Load())),
        ]


def _names_inside(function: ast.FunctionDef) -> set[str]:
    """Names of a function's variables, arguments and inner definitions."""
    inside = list(ast.walk(function))
    arguments = {node.arg for node in inside if isinstance(node, ast.arg)}
    definitions = {node.name for node in inside if isinstance(node, _DEFINITIONS)}
    return names_in(function) | arguments | definitions


def _used_when_defined(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    """Names that a definition reads before anything calls it: decorators, bases, defaults."""
    read: list[ast.AST] = [*node.decorator_list]
    if isinstance(node, ast.ClassDef):
        read += [*node.bases, *node.keywords]
        read += [part for part in node.body if not isinstance(part, ast.FunctionDef)]
        functions = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    else:
        functions = [node]
    for function in functions:
        arguments = function.args
        read += [*function.decorator_list, *arguments.defaults]
        read += [default for default in arguments.kw_defaults if default is not None]
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        read += [argument.annotation for argument in every if argument.annotation is not None]
        read += [function.returns] if function.returns is not None else []
    return set().union(*map(names_in, read))


def names_in(node: ast.AST) -> set[str]:
    """Every name that a piece of code reads or writes."""
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
