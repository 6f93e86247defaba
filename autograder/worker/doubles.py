"""Test doubles: functions of the checks' own in the place of a student's, for one check.

This file runs inside the sandbox.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from inspect import Parameter, Signature, signature
from sys import modules
from typing import Any

_MISSING = object()


class Double:
    """Keeps what it is called with, and answers by a rule.

    Its arguments are kept as they were at the call, so that later changes in place do not show.
    """

    def __init__(
        self,
        parameters: Sequence[str],
        answer: Callable[[int, Sequence[Any]], Any],
        snapshot: Callable[[Any], tuple[Any, bool]],
        original: Any = None,
    ) -> None:
        """answer: the result for the number of the call and its arguments, None for those left out.

        snapshot: a copy of an argument, and whether it carries a gradient. original: what the
        double stands in for; its parameters may have other names, in the same order.
        """
        self._signature = Signature(
            [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in parameters]
        )
        self._answer = answer
        self._snapshot = snapshot
        self.original = original
        self._calls: list[dict[str, tuple[Any, bool]]] = []
        self._results: list[Any] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Keep the arguments, and answer. Raises TypeError for arguments that do not exist."""
        bound = self._bound(arguments, keywords)
        self._calls.append({name: self._snapshot(item) for name, item in bound.items()})
        result = self._answer(len(self._calls) - 1, list(bound.values()))
        self._results.append(result)
        return result

    def _bound(self, arguments: Any, keywords: dict[str, Any]) -> dict[str, Any]:
        """Each argument by the name of its parameter."""
        if keywords and callable(self.original):
            try:
                own = signature(self.original).bind(*arguments, **keywords)
            except (TypeError, ValueError):
                pass  # then the names of the double itself have to fit
            else:
                arguments = tuple(own.arguments.values())[: len(self._signature.parameters)]
                keywords = {}
        bound = self._signature.bind(*arguments, **keywords)
        bound.apply_defaults()
        return bound.arguments

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


class Replacements:
    """What stands in the place of a student's names, until it is taken back."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._kept: list[tuple[MutableMapping[str, Any], str, Any]] = []

    def put(self, name: str, value: Any) -> None:
        """Let the student's code find the value under this name, wherever it looks."""
        for home in self._homes(name):
            self._kept.append((home, name, home.get(name, _MISSING)))
            home[name] = value

    def restore(self) -> None:
        """Take everything back."""
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
