"""A class's code in the folders and files that JPlag and Dolos read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from autograder.rendering.text import spreadsheet_cell

#: No student's id begins with a line.
BASE_CODE = "_base"


def to_jplag(folder: Path, unit: str, code: Mapping[str, str], stubs: str) -> str:
    """Write a folder for each student, and one with what all start from; returns the next step.

    https://github.com/jplag/JPlag/wiki/1.-How-to-Use-JPlag
    """
    for name, source in {**code, BASE_CODE: stubs}.items():
        path = folder / name / f"{unit}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return f"java -jar jplag.jar -l python3 -bc {folder / BASE_CODE} {folder}"


def to_dolos(
    folder: Path,
    unit: str,
    code: Mapping[str, str],
    names: Mapping[str, str],
    times: Mapping[str, datetime],
) -> str:
    """Write a zip with a file for each student and info.csv; returns the next step.

    times: when each of them handed in, in UTC, as far as it is known.
    https://dolos.ugent.be/docs/adding-metadata.html
    """
    info = io.StringIO()
    table = csv.writer(info)
    table.writerow(("filename", "full_name", "created_at"))
    for student in code:
        time = times.get(student)
        at = "" if time is None else f"{time.replace(tzinfo=timezone.utc):%Y-%m-%d %H:%M:%S %z}"
        row = (f"{student}.py", names.get(student, student), at)
        table.writerow([spreadsheet_cell(value) for value in row])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{unit}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("info.csv", info.getvalue())
        for student, source in code.items():
            archive.writestr(f"{student}.py", source)
    return f"dolos run -l python {path}"
