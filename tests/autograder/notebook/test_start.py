"""`start_unit` gets a notebook ready, or says in one line what is in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.worker.threads import ONE_THREAD

ROOT = Path(__file__).resolve().parents[3]


def python(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in a folder as a notebook's kernel does: the folder comes first on the path."""
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip


START = "from autograder import start_unit; start_unit({unit!r})\n"
POLICY = START.format(unit="policy_network")


def test_it_ends_with_one_line_that_says_what_is_ready(tmp_path: Path) -> None:
    done = python(POLICY, tmp_path)
    assert done.stdout.startswith("Ready: policy_network, ") and done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_libraries_imported_later_compute_on_one_thread(tmp_path: Path) -> None:
    done = python(POLICY + "import torch; print(torch.get_num_threads())", tmp_path)
    assert done.stdout.splitlines()[-1] == "1", done.stderr


def test_pytorch_imported_before_computes_on_one_thread_too(tmp_path: Path) -> None:
    code = "import torch; torch.set_num_threads(2)\n" + POLICY + "print(torch.get_num_threads())"
    assert python(code, tmp_path).stdout.splitlines()[-1] == "1"


def test_a_number_of_threads_that_somebody_has_chosen_stays(tmp_path: Path) -> None:
    code = POLICY + "import torch; print(torch.get_num_threads())"
    assert python(code, tmp_path, OMP_NUM_THREADS="2").stdout.splitlines()[-1] == "2"


def test_tensorflow_is_silent_and_uses_one_thread(tmp_path: Path) -> None:
    code = START.format(unit="dqn_keras") + (
        "import logging, keras, tensorflow\n"
        "logging.getLogger('tensorflow').warning('about itself')\n"
        "keras.Sequential([keras.layers.Dense(2)])(tensorflow.zeros((1, 4)))\n"
        "print(keras.backend.backend(), tensorflow.config.threading"
        ".get_intra_op_parallelism_threads(), __import__('os').environ['TF_NUM_INTRAOP_THREADS'])"
    )
    done = python(code, tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == ["tensorflow 0 1"]


OPTIMIZER = "torch.optim.Adam([torch.zeros(3, requires_grad=True)], lr=0.1)"
COMPILED = "tensorflow.function(lambda x: 2 * x)(tensorflow.ones(3))"


@pytest.mark.parametrize(
    ("unit", "library", "used"),
    [("policy_network", "torch", OPTIMIZER), ("dqn_keras", "tensorflow", COMPILED)],
)
def test_nothing_is_left_to_load_when_the_library_is_first_used(
    tmp_path: Path, unit: str, library: str, used: str
) -> None:
    code = START.format(unit=unit) + (
        f"import sys, {library}; before = set(sys.modules)\n{used}\n"
        "print(set(sys.modules) - before)"
    )
    assert python(code, tmp_path).stdout.splitlines()[-1] == "set()"


def test_tensorflow_still_reports_errors(tmp_path: Path) -> None:
    code = START.format(unit="dqn_keras") + (
        "import logging; logging.getLogger('tensorflow').error('broken')"
    )
    assert "broken" in python(code, tmp_path).stderr


@pytest.mark.parametrize("name", ["helpers.py", "helpers/__init__.py"])
def test_a_file_that_hides_the_courses_helpers_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine = 1\n", encoding="utf-8")
    done = python(POLICY, tmp_path)
    assert f"NotReady: {path} has the same name as the course's own helpers" in done.stderr.replace(
        "autograder.notebook.not_ready.", ""
    )
    assert "Rename your file, then restart the kernel." in done.stderr


def test_a_missing_framework_is_named_with_what_to_do(tmp_path: Path) -> None:
    code = (
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'torch' else find(name)\n" + POLICY
    )
    done = python(code, tmp_path)
    assert "This unit needs torch, and it is not installed here." in done.stderr
    assert "Run %pip install torch in a cell, then restart the kernel." in done.stderr


def test_a_framework_that_is_not_there_yet_for_a_new_python_is_not_recommended(
    tmp_path: Path,
) -> None:
    """The course's metadata is as if TensorFlow had ended with the Python before this one."""
    minor = sys.version_info.minor
    code = (
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'tensorflow' else find(name)\n"
        "import importlib.metadata as m, email; course = email.message_from_string(\n"
        f'    \'Requires-Dist: keras; python_version < "3.{minor}" and extra == "keras"\\n\')\n'
        "m.metadata = lambda name: course\n"
    )
    done = python(code + START.format(unit="dqn_keras"), tmp_path)
    assert done.stderr.splitlines()[-1].endswith(
        f"This unit needs tensorflow, and there is none for Python 3.{minor} yet: "
        f"use Python 3.{minor - 1}."
    )


def test_a_missing_package_is_named_before_anything_is_imported(tmp_path: Path) -> None:
    """As on Colab, where the course is installed alone."""
    code = (
        "import importlib.metadata as m; requires = m.requires\n"
        "m.requires = lambda name: [*requires(name), 'not-there>=2', 'nor-this; extra == \"a\"']\n"
    )
    done = python(code + POLICY, tmp_path)
    assert "The course needs not-there, and it is not installed here." in done.stderr
    assert "Run %pip install not-there in a cell, then restart the kernel." in done.stderr


def test_the_first_cell_and_the_setup_check_can_do_without_the_same_packages() -> None:
    from autograder.notebook import packages
    from helpers import setup

    assert packages.DISPENSABLE == setup.DISPENSABLE


def test_in_a_notebook_that_is_one_line_without_a_traceback() -> None:
    from autograder.notebook.not_ready import NotReady

    assert NotReady("Rename it.")._render_traceback_() == ["Rename it."]


def test_a_file_that_hides_a_library_is_named_and_the_notebook_continues(tmp_path: Path) -> None:
    (tmp_path / "turtle.py").write_text("", encoding="utf-8")
    (tmp_path / "turtles.py").write_text("", encoding="utf-8")
    lines = python(POLICY, tmp_path).stdout.splitlines()
    assert lines[0] == "turtle.py in this folder hides Python's own turtle: rename your file."
    assert lines[1].startswith("Ready: ")


def test_a_folder_with_spaces_and_umlauts_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / "Übung 1 – für Anfänger"
    folder.mkdir()
    assert python(POLICY, folder).stdout.startswith("Ready: ")
