"""Getting a notebook ready: one thread, a silent TensorFlow, pictures, errors that explain."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.notebook.not_ready import NotReady
from autograder.notebook.packages import expect_framework, expect_packages
from autograder.notebook.quiet import quiet_tensorflow
from autograder.worker.threads import use_one_thread

#: What notebooks import besides Python's own modules.
_LIBRARIES = {"gymnasium", "keras", "matplotlib", "numpy", "tensorflow", "torch", "tqdm"}


def start(name: str, drive: bool = False) -> None:
    """Get the notebook of a unit ready and print one line that says so.

    drive: on Colab, go to a folder of the student's Google Drive. Raises NotReady if a file of the
    student's hides the course's own or if something is missing, CourseError if there is no such
    unit.
    """
    use_one_thread()  # before NumPy is imported
    _expect_own_helpers()
    expect_packages()
    for file in _hiding_files(Path.cwd()):
        print(f"{file} in this folder hides Python's own {Path(file).stem}: rename your file.")
    from autograder.notebook.colab import where_files_are_kept
    from autograder.notebook.loading import load_framework
    from autograder.notebook.points import points_of
    from autograder.notebook.unsolved import explain_waiting_cells
    from autograder.units import unit_named
    from helpers.display import start_headless_display

    unit = unit_named(name)
    expect_framework(unit.framework)
    if unit.framework == "tensorflow":
        quiet_tensorflow()
    load_framework(unit.framework)
    explain_waiting_cells(unit)
    start_headless_display()
    exercises = len(unit.task_points)
    saved = where_files_are_kept(unit, drive)
    ready = f"Ready: {unit.name}, {exercises} exercises, {unit.max_points:g} points."
    print(" ".join(filter(None, (ready, points_of(unit).summary(), saved))))


def _expect_own_helpers() -> None:
    """Raise NotReady unless `import helpers` finds the package that came with this one."""
    ours = Path(__file__).resolve().parents[2] / "helpers" / "__init__.py"
    spec = importlib.util.find_spec("helpers")
    origin = None if spec is None else spec.origin
    if origin is not None and Path(origin).resolve() != ours:
        raise NotReady(
            f"{origin} has the same name as the course's own helpers, which cannot be imported "
            "now. Rename your file, then restart the kernel."
        )


def _hiding_files(folder: Path) -> Iterator[str]:
    """The names of the files in a folder that Python imports in the place of a library."""
    names = sys.stdlib_module_names | _LIBRARIES
    yield from sorted(path.name for path in folder.glob("*.py") if path.stem in names)
