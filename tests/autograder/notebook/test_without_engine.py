"""The notebook's `check` works where no grader could: on Windows, and without nbgrader."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median

import pytest

from autograder.units import unit_named, unit_names

#: What Python has on Unix only.
UNIX_ONLY = ("fcntl", "grp", "pwd", "resource", "termios")
#: And what its other modules have on Unix only.
UNIX_NAMES = {
    "os": ("fork", "geteuid", "getuid", "killpg", "sched_getaffinity", "setsid"),
    "signal": ("SIGALRM", "SIGKILL", "alarm", "setitimer"),
    "socket": ("AF_UNIX",),
}
#: What is installed for grading and for authors only.
NOT_FOR_STUDENTS = (
    "bleach", "bs4", "dask", "distributed", "jupytext", "msgspec", "nbclient", "nbconvert",
    "nbgrader", "psutil", "pyseccomp", "rich", "scipy", "sqlalchemy", "yaml",
)  # fmt: skip
#: Compiled files are kept as on a student's machine.
NO_BYTECODE = ("PYTHONDONTWRITEBYTECODE",)
ENGINE = ("sandbox", "grading", "gradebook", "report", "authoring")
#: The frameworks come first: what they import of Unix is their own affair.
FRAMEWORKS = {"torch": "torch", "tensorflow": "keras", None: "gymnasium"}

BLOCK = """
import importlib, sys
import gymnasium, matplotlib, numpy
importlib.import_module({framework!r})

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}} (blocked)", name=name)

for name in list(sys.modules):
    if name.split(".")[0] in {blocked!r}:
        del sys.modules[name]
sys.meta_path.insert(0, Blocked())
for name, attributes in {unix_names!r}.items():
    module = importlib.import_module(name)
    for attribute in attributes:
        delattr(module, attribute)
"""
CHECK_ALL = """
import json
from autograder import check, start_unit
from autograder.units import unit_named

def unsolved(*arguments, **keywords):
    raise NotImplementedError

start_unit({unit!r})
unit = unit_named({unit!r})
mistakes = {{}}
for name, _ in unit.task_points:
    answers = 1 if name.endswith("/agent") else len(unit.task(name).requires)
    report = check(name, *[unsolved] * answers)
    assert "0 of" in repr(report) and "✗" in report._repr_html_()
    mistakes[name] = report.result.checks[0].mistake
print(json.dumps([mistakes, sorted(sys.modules)]))
"""
#: After the libraries, processes of their own import the rest: the first fills the cache of
#: compiled files, the others are measured.
IMPORT_COST = """
import importlib, os, time

def seconds(*names):
    start = time.process_time()
    for name in names:
        importlib.import_module(name)
    return time.process_time() - start

libraries = seconds("numpy", "gymnasium", "torch")
for _ in range(6):
    if os.fork() == 0:
        names = "autograder", "autograder.notebook.check", "autograder.units.policy_network"
        print(libraries, seconds(*names), flush=True)
        os._exit(0)
    os.wait()
"""


def block(framework: str) -> str:
    """Code that loads a framework, and then hides what Windows and students lack."""
    return BLOCK.format(
        framework=framework, blocked=UNIX_ONLY + NOT_FOR_STUDENTS, unix_names=UNIX_NAMES
    )


def run(code: str, **environment: str) -> list[str]:
    """The lines that a fresh Python process prints."""
    kept = {name: value for name, value in os.environ.items() if name not in NO_BYTECODE}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.mark.parametrize("unit", unit_names())
def test_every_exercise_is_checked_without_what_windows_and_students_lack(unit):
    hidden = block(FRAMEWORKS[unit_named(unit).framework])

    mistakes, loaded = json.loads(run(hidden + CHECK_ALL.format(unit=unit))[-1])

    assert set(mistakes) == {name for name, _ in unit_named(unit).task_points}
    assert set(mistakes.values()) == {"not_solved"}
    engine = tuple(f"autograder.{part}" for part in ENGINE)
    assert [name for name in loaded if name.startswith(engine)] == []


def test_the_block_blocks():
    load = """
import os
try:
    import autograder.grading.submission
except ModuleNotFoundError as error:
    print(error, hasattr(os, "fork"))
"""

    assert run(block("gymnasium") + load)[-1].endswith("(blocked) False")


def test_check_and_a_unit_are_imported_in_a_fifth_of_a_second(tmp_path):
    """In processor time, which a busy machine stretches; then it is a small part of the libraries'.

    Not counted are NumPy, Gymnasium and PyTorch, which a notebook imports itself.
    """
    lines = run(IMPORT_COST, PYTHONPYCACHEPREFIX=str(tmp_path))[1:]
    libraries = float(lines[0].split()[0])

    cost = median(float(line.split()[1]) for line in lines)

    assert cost <= 0.2 or cost <= 0.1 * libraries, f"{cost:.2f} s, libraries {libraries:.2f} s"
