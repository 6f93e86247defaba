"""Feedback pages in one zip file, under the names that the system gave to the submissions."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.gradebook.uploaders import Uploader


def zip_feedback(
    pages: Mapping[str, Path], uploaders: Mapping[str, Uploader], path: Path
) -> list[str]:
    """Write the pages of those whose download is there; returns the students of the others.

    pages: each student's feedback page. The file holds them in the order of the ids.
    """
    unknown = []
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, page in sorted(pages.items()):
            uploader = uploaders.get(student)
            if uploader is None:
                unknown.append(student)
            else:
                archive.write(page, f"{uploader.prefix}{page.name}")
    return unknown
