"""On Colab: keep what a notebook saves in the student's Google Drive, if the student wants it."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Protocol

from autograder.units import Unit

#: Where the drive appears, and the folder in it that holds a folder for each unit.
MOUNT = "/content/drive"
FOLDER = "MyDrive/Reinforcement learning"

_OFFER = (
    "What you save is gone when Colab closes: tick the box in this cell to keep it in your Google "
    "Drive."
)
_REFUSED = "Google Drive did not open, so what you save is gone when Colab closes."


class Drive(Protocol):
    """What is used of `google.colab.drive`."""

    def mount(self, mountpoint: str) -> None:
        """Ask the student for access, and show the drive's files below a folder."""


def where_files_are_kept(unit: Unit, wanted: bool) -> str:
    """Go to the unit's folder in the drive if that is wanted; a sentence for the student.

    Nothing is said or done elsewhere than on Colab.
    """
    if "google.colab" not in sys.modules:
        return ""
    if not wanted:
        return _OFFER
    from google.colab import drive

    return use_drive(drive, Path(MOUNT), unit)


def use_drive(drive: Drive, mount: Path, unit: Unit) -> str:
    """Mount the drive and work in the unit's folder; a sentence that says where files are now."""
    try:
        with redirect_stdout(io.StringIO()):  # it says that it is mounted
            drive.mount(str(mount))
        folder = mount / FOLDER / unit.assignment
        folder.mkdir(parents=True, exist_ok=True)
        os.chdir(folder)
    except Exception:  # refused, no network, a full drive: the notebook goes on without it
        return _REFUSED
    return f"What you save is in your Google Drive: {FOLDER}/{unit.assignment}."
