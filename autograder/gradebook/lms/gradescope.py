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
from autograder.gradebook.lms.tables import LeftOut

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


def gradescope(marks: Marks, path: Path) -> LeftOut:
    """Write the autograder as a zip file; nobody is left out.

    A student is found by e-mail address, by `lms_user_id` or by id: never by a name, which people
    in Gradescope choose themselves, nor by what is somebody else's as well.
    """
    results: dict[str, dict[str, dict[str, Any]]] = {"email": {}, "sid": {}}
    sids = {person: {_key(person.number), _key(person.student)} for person in marks.people}
    claims = Counter(sid for own in sids.values() for sid in own)
    for person, _ in marks.finished:
        found = _result(marks.marks[person.student])
        results["email"][_key(person.email)] = found
        results["sid"] |= {sid: found for sid in sids[person] if claims[sid] == 1}
    for known in results.values():
        known.pop("", None)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("setup.sh", SETUP)
        archive.writestr("run_autograder", RUN)
        archive.writestr("results_by_student.json", json.dumps(results, indent=1))
    return LeftOut()


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
