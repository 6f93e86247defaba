"""Test doubles: functions of the checks' own in the place of a student's, for one check.

This file runs inside the sandbox.
"""

from __future__ import annotations

import dataclasses
from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from inspect import BoundArguments, Parameter, Signature, getattr_static, signature
from sys import modules
from types import MethodType
from typing import Any

_MISSING = object()
_ANY_NUMBER = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


class Double:
    """Keeps what it is called with, and answers by a rule.

    Its arguments are kept as they were at the call, so that later changes in place do not show.
    In the place of a class it offers what the class offers, and counts as it with isinstance.
    """

    def __init__(
        self,
        parameters: Sequence[str],
        answer: Callable[[int, Sequence[Any]], Any],
        snapshot: Callable[[Any], tuple[Any, bool]],
        original: Any = None,
        as_written: Callable[[Callable[..., Any]], Callable[..., Any]] = lambda function: function,
    ) -> None:
        """answer: the result for the number of the call and its arguments, None for those left out.

        snapshot: a copy of an argument, and whether it carries a gradient. original: what the
        double stands in for; its parameters may have other names, in the same order.
        as_written: keeps a function from being translated by what compiles the student's code.
        """
        self._signature = Signature(
            [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in parameters]
        )
        self._answer = answer
        self._snapshot = snapshot
        self.original = original
        self._called = as_written(self._keep_and_answer)
        self._calls: list[dict[str, tuple[Any, bool]]] = []
        self._results: list[Any] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Keep the arguments, and answer. Raises TypeError for arguments that do not exist."""
        return self._called(arguments, keywords)

    def _keep_and_answer(self, arguments: Any, keywords: dict[str, Any]) -> Any:
        bound = self._bound(arguments, keywords)
        self._calls.append({name: self._snapshot(item) for name, item in bound.items()})
        result = self._answer(len(self._calls) - 1, list(bound.values()))
        if type(result) is tuple and callable(self.original):
            result = Several(result, lambda: self._own()(*arguments, **keywords))
        self._results.append(result)
        return result

    def __getattr__(self, name: str) -> Any:
        """What the original has under this name; its class methods make doubles, too."""
        original = vars(self).get("original")
        if original is None:
            raise AttributeError(name)
        if isinstance(original, type):
            found = getattr_static(original, name, None)
            if isinstance(found, classmethod):
                return MethodType(found.__func__, self)
        return getattr(original, name)

    def __instancecheck__(self, value: object) -> bool:
        made = any(value is result for result in self._results)
        return made or (isinstance(self.original, type) and isinstance(value, self.original))

    def __subclasscheck__(self, kind: type) -> bool:
        return isinstance(self.original, type) and issubclass(kind, self.original)

    def _own(self) -> Any:
        """The student's own function, below all doubles."""
        own = vars(self)["original"]
        while isinstance(own, Double):
            own = vars(own)["original"]
        return own

    def _bound(self, arguments: Any, keywords: dict[str, Any]) -> dict[str, Any]:
        """Each argument by the name of its parameter."""
        if keywords and callable(self.original):
            try:
                own = signature(self.original).bind(*arguments, **keywords)
            except (TypeError, ValueError):
                pass  # then the names of the double itself have to fit
            else:
                arguments, keywords = self._by_position(own)
        bound = self._signature.bind(*arguments, **keywords)
        bound.apply_defaults()
        return bound.arguments

    def _by_position(self, own: BoundArguments) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call of the original, as the double takes them.

        What only the original's `**keywords` take is kept if the double has a parameter for it.
        """
        kinds = {name: item.kind for name, item in own.signature.parameters.items()}
        named = [own.arguments.get(name) for name in kinds if kinds[name] not in _ANY_NUMBER]
        other = [own.arguments.get(name, ()) for name in kinds if kinds[name] in _ANY_NUMBER]
        parameters = list(self._signature.parameters)
        positional = [item for part in other if isinstance(part, tuple) for item in part]
        given = tuple([*named, *positional][: len(parameters)])
        left = parameters[len(given) :]
        extra = {
            name: item
            for part in other
            if isinstance(part, dict)
            for name, item in part.items()
            if name in left
        }
        return given, extra

    @property
    def count(self) -> int:
        """How often it was called."""
        return len(self._calls)

    def given(self, call: int, name: str) -> Any:
        """The argument of this name in that call, as it was then; None if it was left out."""
        return self._calls[call][name][0]

    def result(self, call: int) -> Any:
        """What that call answered."""
        return self._results[call]

    def tracked(self, call: int, name: str) -> bool:
        """Whether that argument carried a gradient."""
        return self._calls[call][name][1]


class Several(tuple[Any, ...]):
    """Several results, which also have the names that the student's function gives them.

    A function may return a named tuple or a data class, whose fields its author then uses.
    """

    def __new__(cls, values: Sequence[Any], original: Callable[[], Any]) -> Several:
        """original: calls what the double stands in for. Called only if a name is asked for."""
        made = super().__new__(cls, values)
        made.__dict__["original"] = original
        return made

    def __getattr__(self, name: str) -> Any:
        """The value of a field. Raises AttributeError if the original has no such field."""
        try:
            own = vars(self)["original"]()
            fields = getattr(type(own), "_fields", None) or [
                field.name for field in dataclasses.fields(own)
            ]
        except Exception:  # whatever the student's function does
            fields = ()
        if name not in fields or len(fields) != len(self):
            raise AttributeError(f"'tuple' object has no attribute {name!r}")
        return self[list(fields).index(name)]


class Heads:
    """Values that come out of one pass together, as the outputs of a network do."""

    def __init__(self, compute: Callable[[], Sequence[Any]]) -> None:
        """compute: a new pass."""
        self._compute = compute
        self._left: dict[int, Any] = {}

    def take(self, head: int) -> Any:
        """The value of a head; of a new pass, if this head's was taken before."""
        if head not in self._left:
            self._left = dict(enumerate(self._compute()))
        return self._left.pop(head)


class Replacements:
    """What stands in the place of a student's names, until it is taken back."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._kept: list[tuple[MutableMapping[str, Any], str, Any]] = []
        self._places: dict[str, list[MutableMapping[str, Any]]] = {}

    def put(self, name: str, value: Any) -> None:
        """Let the student's code find the value under this name, wherever it looks."""
        if name not in self._places:  # a double that stands there already has no home of its own
            self._places[name] = self._homes(name)
        for home in self._places[name]:
            self._kept.append((home, name, home.get(name, _MISSING)))
            home[name] = value

    def restore(self) -> None:
        """Take everything back."""
        self._places.clear()
        while self._kept:
            home, name, value = self._kept.pop()
            if value is _MISSING:
                home.pop(name, None)
            else:
                home[name] = value

    def _homes(self, name: str) -> list[MutableMapping[str, Any]]:
        """The dictionaries in which the student's code looks the name up."""
        namespace: Any = self._namespace
        found = list(namespace.maps) if isinstance(namespace, ChainMap) else [namespace]
        original = namespace.get(name)
        module = modules.get(getattr(original, "__module__", None) or "")
        if hasattr(original, "__globals__"):  # a function
            found.append(original.__globals__)
        elif isinstance(original, type) and module is not None:
            found.append(vars(module))
        return list({id(home): home for home in found}.values())
