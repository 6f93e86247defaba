"""`nbgrader release_feedback` that reaches students whose notebook had another name, too.

A student's nbgrader looks for the page of each notebook under the name with which it was handed in.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from nbgrader.exchange.default.release_feedback import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder.gradebook.receipts import receipts


class ReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's releasing, and each page also under the names of the files handed in."""

    def copy_files(self) -> None:
        """Release the pages. Raises ExchangeError, as nbgrader's own does."""
        super().copy_files()
        left_out = set(self.coursedir.student_id_exclude.split(","))
        for folder in sorted(Path(self.coursedir.root).glob(self._pattern())):
            if folder.parent.name not in left_out:
                self._release_under_other_names(folder)

    def _pattern(self) -> str:
        """The folders of pages, from the course's root."""
        student = self.coursedir.student_id or "*"
        folder = self.coursedir.format_path(
            self.coursedir.feedback_directory, student, self.coursedir.assignment_id
        )
        return str(Path(folder).relative_to(self.coursedir.root))

    def _release_under_other_names(self, folder: Path) -> None:
        secret = receipts(folder).get("submission_secret.txt")
        pages = {page.stem: page for page in folder.glob("*.html")}
        if secret is None or len(pages) != 1:
            return
        (page,) = pages.values()
        submitted = self.coursedir.format_path(
            self.coursedir.submitted_directory, folder.parent.name, self.coursedir.assignment_id
        )
        for notebook in Path(submitted).glob("*.ipynb"):
            if notebook.stem not in pages:
                name = notebook_hash(secret=secret, notebook_id=notebook.stem)
                new = Path(self.dest_path, f"{name}-tmp.html")
                shutil.copy(page, new)
                new.replace(Path(self.dest_path, f"{name}.html"))
