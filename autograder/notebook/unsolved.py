"""A cell that depends on an unsolved exercise says which one it waits for, in one line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from types import FrameType, TracebackType
from typing import Any

from autograder.units import Unit
from autograder.worker.local import marks_a_gap


def explain_waiting_cells(unit: Unit) -> None:
    """From now on NotImplementedError and NameError in this notebook name the exercise."""
    if "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is None:
        return

    #: What cells that still wait would have made, with the exercise they wait for.
    unmade: dict[str, str] = {}

    def show(
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        traceback: TracebackType,
        tb_offset: int | None = None,
    ) -> Any:
        sentence = waits_for(error, traceback, unit, unmade)
        task = task_waited_for(error, traceback, unit, unmade)
        if task is not None:
            unmade.update(dict.fromkeys(_assigned(shell.history_manager.input_hist_raw[-1]), task))
        if sentence is None:
            shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
            return None
        shell._showtraceback(kind, error, [f"{kind.__name__}: {sentence}"])
        return None

    shell.set_custom_exc((NotImplementedError, NameError), show)


def waits_for(
    error: BaseException,
    traceback: TracebackType | None,
    unit: Unit,
    unmade: Mapping[str, str],
) -> str | None:
    """The sentence that names the exercise, or None if the error has another reason.

    unmade: names that no cell has made yet, each with the exercise that it waits for.
    """
    task = task_waited_for(error, traceback, unit, unmade)
    if isinstance(error, NotImplementedError):
        return None if task is None else f"this cell waits for the exercise {task}. Solve it first."
    if isinstance(error, NameError):
        name = getattr(error, "name", None)
        if task is not None:
            return (
                f"{name} does not exist yet: the cell that makes it waits for the exercise {task}. "
                "Solve that first, and run both cells again."
            )
        if name and len(list(_frames(traceback))) <= 2:  # raised in the cell itself
            return (
                f"{name} does not exist yet. Run the cell above that makes it; if that cell waits "
                "for an exercise, solve it first."
            )
    return None


def task_waited_for(
    error: BaseException,
    traceback: TracebackType | None,
    unit: Unit,
    unmade: Mapping[str, str],
) -> str | None:
    """The task whose solution the failed cell needs, or None if it failed for another reason."""
    if isinstance(error, NotImplementedError):
        return _task_of(traceback, unit) if marks_a_gap(error) else None
    return unmade.get(getattr(error, "name", None) or "")


def _assigned(source: str) -> set[str]:
    """The names that a cell's own lines assign or define."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic
        return set()
    nodes = list(ast.walk(tree))
    assigned = {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return assigned | {
        node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }


def _frames(traceback: TracebackType | None) -> Iterator[FrameType]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _task_of(traceback: TracebackType | None, unit: Unit) -> str | None:
    """The task whose class or function raised, seen from the innermost frame outwards."""
    for frame in reversed(list(_frames(traceback))):
        names = {frame.f_code.co_name}
        if "self" in frame.f_locals:
            names.update(cls.__name__ for cls in type(frame.f_locals["self"]).__mro__)
        for task in unit.tasks:
            if names & set(task.requires):
                return task.name
        if unit.agent is not None and unit.agent.factory in names:
            return f"{unit.name}/agent"
    return None
