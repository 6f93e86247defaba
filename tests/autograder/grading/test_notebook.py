import copy
import json
import os

import pytest

from autograder.course import Course
from autograder.grading.notebook import (
    InvalidNotebook,
    read_skeleton,
    read_submission,
    spliced_notebook,
    unit_of,
    untouched,
)


@pytest.fixture(scope="module")
def skeleton(course):
    return read_skeleton(course.released("2_policy_network"))


@pytest.fixture
def notebook(course):
    """The released notebook as plain JSON, to be changed."""
    return json.loads(course.released("2_policy_network").read_text(encoding="utf-8"))


@pytest.fixture
def submit(tmp_path, skeleton):
    """Write JSON (or bytes) as a submission and read it as one."""

    def read(notebook):
        path = tmp_path / "policy_network.ipynb"
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        path.write_bytes(data)
        return read_submission(path, skeleton)

    return read


def cell(notebook, grade_id):
    for candidate in notebook["cells"]:
        if candidate["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return candidate
    raise KeyError(grade_id)


def answer(submission, name):
    (found,) = [cell for cell in submission.cells if cell.name == name]
    return found


def test_a_released_notebook_is_a_submission_without_warnings(submit, notebook, skeleton):
    submission = submit(notebook)

    assert submission == untouched(skeleton)
    assert not submission.warnings


def test_an_answer_is_taken_by_its_nbgrader_id(submit, notebook):
    cell(notebook, "loss")["source"] = "def policy_loss(): ..."

    found = answer(submit(notebook), "loss")

    assert found.source == "def policy_loss(): ..."
    assert found.solution and found.runs


def test_an_answer_without_metadata_is_taken_by_its_cell_id(submit, notebook):
    cell(notebook, "loss")["source"] = "mine = 1"
    for changed in notebook["cells"]:
        changed["metadata"] = {}

    assert answer(submit(notebook), "loss").source == "mine = 1"


def test_check_and_training_cells_do_not_run(submit, notebook):
    submission = submit(notebook)

    assert not answer(submission, "check-loss").runs
    assert not any("train_agent(" in cell.source and cell.runs for cell in submission.cells)


def test_an_edited_check_cell_counts_as_released(submit, notebook):
    cell(notebook, "check-loss")["source"] = "3.0"

    submission = submit(notebook)

    assert "policy_network/loss" in answer(submission, "check-loss").source
    assert "check-loss was edited" in submission.warnings[0]


def test_an_edited_given_cell_runs_after_the_released_one(submit, notebook):
    (imports,) = [c for c in notebook["cells"] if "import gymnasium as gym" in "".join(c["source"])]
    imports["source"] = ["import math\n", *imports["source"]]

    submission = submit(notebook)

    names = [cell.name for cell in submission.cells]
    added = answer(submission, "added-1")
    assert added.source.startswith("import math") and added.runs
    assert names.index("added-1") == names.index(imports["id"]) + 1


def test_an_added_cell_runs_where_it_stands(submit, notebook):
    place = notebook["cells"].index(cell(notebook, "loss"))
    notebook["cells"].insert(place, {"cell_type": "code", "source": "helper = 1", "metadata": {}})

    names = [cell.name for cell in submit(notebook).cells]

    assert names.index("added-1") < names.index("loss")


def test_moved_cells_run_in_the_released_order_with_a_warning(submit, notebook, skeleton):
    notebook["cells"].reverse()

    submission = submit(notebook)

    assert submission.cells == untouched(skeleton).cells
    assert "moved" in submission.warnings[0]


def test_of_a_duplicated_answer_the_last_edited_counts(submit, notebook):
    original = cell(notebook, "loss")
    for source in ("first = 1", "second = 2"):
        twin = copy.deepcopy(original)
        twin["source"] = source
        notebook["cells"].append(twin)
    notebook["cells"].append(copy.deepcopy(original))  # an untouched stub at the very end

    submission = submit(notebook)

    assert answer(submission, "loss").source == "second = 2"
    assert "4 times" in submission.warnings[0]


def test_a_deleted_answer_is_empty_and_the_others_stay(submit, notebook):
    notebook["cells"].remove(cell(notebook, "loss"))
    cell(notebook, "returns")["source"] = "mine = 1"

    submission = submit(notebook)

    assert answer(submission, "loss").source == ""
    assert answer(submission, "returns").source == "mine = 1"
    assert "deleted" in submission.warnings[0]


def test_a_retyped_answer_is_code_all_the_same(submit, notebook):
    changed = cell(notebook, "loss")
    changed.update(cell_type="markdown", source="mine = 1")

    submission = submit(notebook)

    assert answer(submission, "loss").runs
    assert "type changed" in submission.warnings[0]


def test_edited_flags_change_nothing(submit, notebook):
    changed = cell(notebook, "check-loss")["metadata"]["nbgrader"]
    changed.update(points=500, locked=False, grade=False, solution=True)

    spliced = spliced_notebook_of(submit, notebook)

    metadata = next(c.metadata.nbgrader for c in spliced.cells if c.id == "check-loss")
    assert (metadata.points, metadata.grade, metadata.solution) == (2, True, False)


def spliced_notebook_of(submit, notebook):
    skeleton = read_skeleton(Course.find().released("2_policy_network"))
    return spliced_notebook(skeleton, submit(notebook))


def test_the_spliced_notebook_holds_answers_and_added_cells_but_no_outputs(submit, notebook):
    cell(notebook, "loss").update(
        source="mine = 1", outputs=[{"output_type": "stream", "name": "stdout", "text": "2.0"}]
    )
    notebook["cells"].append({"cell_type": "code", "source": "more = 1", "metadata": {}})

    spliced = spliced_notebook_of(submit, notebook)

    sources = [cell.source for cell in spliced.cells]
    assert "mine = 1" in sources and sources[-1] == "more = 1"
    assert not any(cell.get("outputs") for cell in spliced.cells)


@pytest.mark.parametrize(
    ("data", "reason"),
    (
        (b"{not json", "not JSON"),
        (b"[1, 2]", "not a notebook"),
        (b"{}", "no cells"),
        (b'{"cells": {}}', "no cells"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"cells": []}', "none of its cells"),
        (b'{"cells": [' + b"{}," * 3_000 + b"{}]}", "3001 cells"),
    ),
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_notebook_is_refused_in_one_line(submit, data, reason):
    with pytest.raises(InvalidNotebook, match=reason) as refused:
        submit(data)

    assert "\n" not in str(refused.value)


def test_a_notebook_of_another_unit_is_refused(submit, notebook):
    text = json.dumps(notebook).replace("policy_network/", "actor_critic/")

    with pytest.raises(InvalidNotebook, match="of the unit actor_critic"):
        submit(text.encode())


def test_a_huge_file_is_refused_unread(submit):
    with pytest.raises(InvalidNotebook, match="clear its outputs"):
        submit(b" " * (21 << 20))


@pytest.mark.parametrize("kind", ("symlink", "hard link", "pipe", "directory"))
def test_only_an_ordinary_file_is_read(tmp_path, skeleton, course, kind):
    path, secret = tmp_path / "policy_network.ipynb", tmp_path / "secret"
    secret.write_text("{}")
    {
        "symlink": lambda: path.symlink_to(course.released("2_policy_network")),
        "hard link": lambda: os.link(secret, path),
        "pipe": lambda: os.mkfifo(path),
        "directory": lambda: path.mkdir(),
    }[kind]()

    with pytest.raises(InvalidNotebook):
        read_submission(path, skeleton)


def test_metadata_of_any_shape_does_no_harm(submit, notebook):
    for number, changed in enumerate(notebook["cells"]):
        changed["metadata"] = ([], None, {"nbgrader": []}, {"nbgrader": {"grade_id": 7}})[
            number % 4
        ]

    assert len(submit(notebook).cells) >= len(notebook["cells"])


def test_windows_line_ends_a_byte_order_mark_and_lone_surrogates_are_text(submit, notebook):
    cell(notebook, "loss")["source"] = "a = 1\r\nb = '\ud800ü'\r\n"

    submission = submit(b"\xef\xbb\xbf" + json.dumps(notebook).encode())

    assert answer(submission, "loss").source == "a = 1\nb = '?ü'\n"


def test_the_old_notebook_format_is_read(submit, notebook):
    for old in notebook["cells"]:
        if old["cell_type"] == "code":
            old["input"] = old.pop("source")
        old.pop("id")
    cell(notebook, "loss")["input"] = "mine = 1"
    old_form = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": notebook["cells"]}]}

    assert answer(submit(old_form), "loss").source == "mine = 1"


def test_a_notebook_tells_its_unit(course, tmp_path):
    assert unit_of(course.released("2_policy_network")) == "policy_network"
    other = tmp_path / "other.ipynb"
    other.write_text('{"cells": [{"cell_type": "code", "source": "1 + 1"}]}')
    assert unit_of(other) is None
