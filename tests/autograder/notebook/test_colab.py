"""On Colab the student is offered Google Drive, and the notebook goes on without it."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from autograder.notebook.colab import use_drive, where_files_are_kept
from autograder.units import unit_named

UNIT = unit_named("policy_network")


class OpenDrive:
    """A drive that the student lets the notebook use; it is as talkative as the real one."""

    def mount(self, mountpoint: str) -> None:
        Path(mountpoint).mkdir()
        print("Mounted at", mountpoint)


class RefusedDrive:
    def mount(self, mountpoint: str) -> None:
        raise ValueError("mount failed: access denied")


def test_what_is_saved_lies_in_a_folder_of_the_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = use_drive(OpenDrive(), tmp_path / "drive", UNIT)
    folder = tmp_path / "drive" / "MyDrive" / "Reinforcement learning" / "2_policy_network"
    assert Path.cwd() == folder
    assert said.endswith("MyDrive/Reinforcement learning/2_policy_network.")
    assert capsys.readouterr().out == "", "the first cell ends with one line, its own"


def test_a_refused_drive_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert use_drive(RefusedDrive(), tmp_path / "drive", UNIT).startswith("Google Drive did not")
    assert Path.cwd() == tmp_path


def test_colab_without_the_box_says_what_the_box_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert "tick the box" in where_files_are_kept(UNIT, wanted=False)


@pytest.mark.parametrize("wanted", [True, False])
def test_elsewhere_nothing_is_said(wanted: bool) -> None:
    assert where_files_are_kept(UNIT, wanted) == ""
