"""The exchange's two small files beside a submission, which go with it through every step.

`nbgrader release_feedback` needs both, and `nbgrader autograde` tells a resubmission by the time.
"""

from __future__ import annotations

from pathlib import Path

from autograder.grading.timestamps import RECEIPTS, read_small_file
from autograder.grading.whole_file import write_whole


def receipts(folder: Path) -> dict[str, str]:
    """The texts of these files in a folder, as far as they are there and ordinary files."""
    texts = {name: read_small_file(folder / name) for name in RECEIPTS}
    return {name: text for name, text in texts.items() if text}


def copy_receipts(submitted: Path, folder: Path, permissions: int = 0o644) -> None:
    """Make a later step's folder hold the same files as the submission's, if it is there."""
    wanted, found = receipts(submitted), receipts(folder)
    if wanted == found or not folder.is_dir():
        return
    for name in RECEIPTS:
        if name not in wanted:
            (folder / name).unlink(missing_ok=True)
        elif wanted[name] != found.get(name):
            write_whole(folder / name, wanted[name], permissions)
