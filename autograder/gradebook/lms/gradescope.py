"""Marks for Gradescope: an autograder that gives each submission the results it has here.

Gradescope imports no table of marks. It runs an uploaded autograder over each submission and reads
its `results.json`; the one written here looks up the student and copies what is known.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.lms.marks import Marks

SETUP = "#!/usr/bin/env bash\nexit 0\n"
RUN = '''#!/usr/bin/env python3
"""Copy the results of whoever handed in this submission to where Gradescope reads them."""
import json
from pathlib import Path

ROOT = Path("/autograder")


def result(folder: Path, known: Path) -> dict:
    """Of a group, the result of whoever has the lowest score."""
    users = json.loads((folder / "submission_metadata.json").read_text())["users"]
    results = json.loads(known.read_text())
    return min((of_user(user, results) for user in users), key=lambda found: found["score"])


def of_user(user: dict, results: dict) -> dict:
    for field, known in results.items():
        found = known.get(str(user.get(field) or "").strip().lower())
        if found is not None:
            return found
    return {"score": 0, "output": "This submission is not graded yet."}


if __name__ == "__main__":
    found = result(ROOT, ROOT / "source" / "results_by_student.json")
    (ROOT / "results").mkdir(exist_ok=True)
    (ROOT / "results" / "results.json").write_text(json.dumps(found))
'''


def gradescope(marks: Marks, path: Path) -> list[str]:
    """Write the autograder as a zip file; nobody is left out.

    A student is found by e-mail address, by number or id, and by a full name that only one has
    where the roster has neither address nor number: in Gradescope, people choose their names.
    """
    results: dict[str, dict[str, dict[str, Any]]] = {"email": {}, "sid": {}, "name": {}}
    named = Counter(_key(person.full_name) for person in marks.people)
    for person in marks.people:
        mark = marks.marks.get(person.student)
        if mark is None or marks.final(person) is None:
            continue
        found = _result(mark)
        results["email"][_key(person.email)] = found
        results["sid"] |= {_key(person.number): found, _key(person.student): found}
        if not (person.email or person.number) and named[_key(person.full_name)] == 1:
            results["name"][_key(person.full_name)] = found
    for known in results.values():
        known.pop("", None)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("setup.sh", SETUP)
        archive.writestr("run_autograder", RUN)
        archive.writestr("results_by_student.json", json.dumps(results, indent=1))
    return []


def _key(name: str) -> str:
    return name.strip().lower()


def _result(mark: FinalMark) -> dict[str, Any]:
    """The fields of results.json: the final score, and a test for each task."""
    parts: list[dict[str, Any]] = [
        {"name": name, "score": points} for name, points in mark.tasks.items()
    ]
    if mark.by_hand_max:
        answers = {"name": "answers in words", "score": mark.by_hand}
        parts.append(answers | {"max_score": mark.by_hand_max})
    if mark.penalty:
        parts.append({"name": "penalty for lateness", "score": -mark.penalty})
    return dict(score=mark.final, visibility="visible", tests=parts)
