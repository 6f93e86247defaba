"""The first cell in a kernel that has Colab's packages, without PyTorch: in seconds, one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.authoring.first_cell import DISTRIBUTION, first_cell, wheel_name
from autograder.authoring.wheel import student_wheel
from autograder.course import Course
from autograder.units import unit_named

pytestmark = pytest.mark.slow

UNIT = unit_named("meet_cartpole")
#: The kernel's own Python may be another one than Colab's; its packages are Colab's.
HERE = ".".join(map(str, sys.version_info[:2]))
LARGE = ("torch", "tensorflow", "keras")
ON_COLAB = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')"
PLAY = """
import gymnasium
from autograder import check, show_points
from helpers import play_by_keyboard, render
env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
env.reset()
render(env)
print(play_by_keyboard().__class__.__name__)
print(float(check("meet_cartpole/rule", lambda seen: int(seen[2] + 0.5 * seen[3] > 0))))
"""
CHECK_SETUP = "from helpers import check_setup\nprint(check_setup())"


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        pytest.skip(f"no environment with Colab's packages here: {done.stderr[-300:]}")
    return done.stdout


def python_of(version: str) -> Path | None:
    """A Python of this version: the one that runs, one on the path, or one that pyenv keeps."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*"))
    found = [sys.executable] if version == HERE else []
    found += [str(folder / "bin" / f"python{version}") for folder in kept]
    found += filter(None, [shutil.which(f"python{version}")])
    for path in found:
        if (
            Path(path).exists()
            and not subprocess.run([path, "--version"], capture_output=True).returncode
        ):
            return Path(path)
    return None


@pytest.fixture(params=dict.fromkeys(("3.12", "3.13", HERE)))
def colab(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of a virtual environment with Colab's packages, and a kernel called `colab`."""
    executable = python_of(request.param)
    if executable is None:
        pytest.skip(f"no Python {request.param} here")
    pins = Path(__file__).parent / "colab" / f"python-{request.param}.txt"
    if not pins.exists():
        pins = pins.with_name("python-3.12.txt")
    lines = pins.read_text("utf-8").splitlines()
    wanted = [line for line in lines if "==" in line and line.split("==")[0] not in LARGE]
    run(executable, "-m", "venv", tmp_path / "colab")
    run(tmp_path / "colab" / "bin" / "pip", "install", "--quiet", *wanted)
    spec = tmp_path / "share" / "kernels" / "colab"
    spec.mkdir(parents=True)
    python = str(tmp_path / "colab" / "bin" / "python")
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "colab", "language": "python"}), "utf-8"
    )
    return tmp_path / "colab"


def executed(folder: Path, monkeypatch: pytest.MonkeyPatch, *sources: str) -> list[Any]:
    """The cells after they were run in the kernel, each with its seconds in its metadata."""
    monkeypatch.setenv("JUPYTER_PATH", str(folder.parent / "share"))
    monkeypatch.setenv("PATH", str(folder / "bin"), os.pathsep)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    resources = {"metadata": {"path": folder.parent}}
    client = NotebookClient(notebook, timeout=300, kernel_name="colab", resources=resources)
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            start = time.monotonic()
            client.execute_cell(cell, index)
            cell.metadata["seconds"] = time.monotonic() - start
    return list(notebook.cells)


def test_the_first_cell_takes_seconds_says_one_line_and_replaces_nothing(
    colab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / wheel_name()).write_bytes(student_wheel([UNIT]))
    address = f'[project.urls]\nStudents = "{tmp_path.as_uri()}"\n'
    (tmp_path / "pyproject.toml").write_text(address, "utf-8")
    source = first_cell(Course(tmp_path), UNIT)
    before = set(run(colab / "bin" / "pip", "freeze").splitlines())

    cells = (ON_COLAB, source, source, PLAY, CHECK_SETUP)
    _, first, again, play, setup = executed(colab, monkeypatch, *cells)

    assert first.metadata["seconds"] < 20
    assert again.metadata["seconds"] < 3, "it installs nothing twice"
    [output] = first.outputs
    assert output.text.startswith("Ready: meet_cartpole") and output.text.count("\n") == 1
    texts = "".join(output.get("text", "") for output in play.outputs)
    assert texts.splitlines() == ["KeyboardPlayer", "3.0"]
    assert any("image/png" in output.get("data", {}) for output in play.outputs)
    said = "".join(output.get("text", "") for output in setup.outputs)
    assert said.splitlines()[-1] == "True" and "✗" not in said, said
    after = set(run(colab / "bin" / "pip", "freeze").splitlines())
    assert before <= after and all(line.startswith(DISTRIBUTION) for line in after - before)
