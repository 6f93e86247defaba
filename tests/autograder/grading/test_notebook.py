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

QUESTION = "question-baseline"


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


def twin(notebook, grade_id, source):
    """A copy of a cell, as Copy and Paste or Split Cell make it."""
    copied = copy.deepcopy(cell(notebook, grade_id))
    copied.update(source=source, id=f"twin-{len(notebook['cells'])}")
    return copied


def insert(notebook, place, **cell):
    """A new cell before the one with this id."""
    at = [candidate.get("id") for candidate in notebook["cells"]].index(place)
    notebook["cells"].insert(at, {"metadata": {}, **cell})


def running(submission):
    """The sources that the grader runs, in order."""
    return [cell.source for cell in submission.cells if cell.runs]


def test_of_an_answers_versions_the_last_one_counts_wherever_the_stub_stands(submit, notebook):
    original = cell(notebook, "loss")
    for source in ("def policy_loss():\n    first = 1", "def policy_loss():\n    second = 2"):
        notebook["cells"].append(twin(notebook, "loss", source))
    notebook["cells"].append(copy.deepcopy(original))  # an untouched stub at the very end

    submission = submit(notebook)

    assert "second = 2" in answer(submission, "loss").source
    assert not any("first = 1" in source for source in running(submission))
    assert "4 times: the edited one counts" in submission.warnings[0]


def test_both_halves_of_a_split_answer_run(submit, notebook):
    upper = twin(notebook, "loss", "def helper():\n    return 2")
    cell(notebook, "loss")["source"] = "def policy_loss():\n    return helper()"
    notebook["cells"].insert(notebook["cells"].index(cell(notebook, "loss")), upper)

    submission = submit(notebook)

    ran = running(submission)
    place = ran.index("def policy_loss():\n    return helper()")
    assert ran[place - 1] == "def helper():\n    return 2"
    assert "its parts ran one after the other" in submission.warnings[0]


@pytest.mark.parametrize("named", (True, False), ids=("as JupyterLab does it", "without its name"))
def test_an_answer_split_inside_a_function_is_put_together(submit, notebook, named):
    lower = twin(notebook, "loss", "    return total")
    lower["metadata"] = lower["metadata"] if named else {}
    cell(notebook, "loss")["source"] = "def policy_loss():\n    total = 1\n"
    notebook["cells"].insert(notebook["cells"].index(cell(notebook, "loss")) + 1, lower)

    submission = submit(notebook)

    assert (
        answer(submission, "loss").source == "def policy_loss():\n    total = 1\n    return total"
    )


def test_a_split_text_is_joined(submit, notebook):
    lower = twin(notebook, QUESTION, "And therefore it learns.")
    cell(notebook, QUESTION)["source"] = "The gradient is noisy."
    notebook["cells"].insert(notebook["cells"].index(cell(notebook, QUESTION)) + 1, lower)

    found = answer(submit(notebook), QUESTION)

    assert found.source == "The gradient is noisy.\n\nAnd therefore it learns."


def without_names(notebook):
    for number, changed in enumerate(notebook["cells"]):
        changed.update(metadata={}, id=f"other-{number}")


def test_without_any_ids_answers_are_found_by_what_they_define(submit, notebook):
    cell(notebook, "loss")["source"] = "def policy_loss(log_probabilities, returns):\n    return 1"
    without_names(notebook)

    submission = submit(notebook)

    assert answer(submission, "loss").source.endswith("return 1")
    assert not submission.warnings


def test_without_any_ids_an_answer_in_words_is_found_by_its_place(submit, notebook):
    cell(notebook, QUESTION)["source"] = "It is noisy."
    without_names(notebook)

    assert answer(submit(notebook), QUESTION).source == "It is noisy."


@pytest.mark.parametrize("below", (True, False))
def test_an_answer_in_words_beside_the_stub_is_the_answer(submit, notebook, below):
    place = notebook["cells"].index(cell(notebook, QUESTION)) + below
    notebook["cells"].insert(
        place, {"cell_type": "markdown", "source": "It is noisy.", "metadata": {}}
    )

    submission = submit(notebook)

    assert answer(submission, QUESTION).source == "It is noisy."
    assert [cell.source for cell in submission.cells].count("It is noisy.") == 1
    assert f"the answer to {QUESTION} stands in a cell of its own" in submission.warnings[0]


def test_an_answer_typed_into_a_code_cell_is_the_answer_as_well(submit, notebook):
    place = notebook["cells"].index(cell(notebook, QUESTION)) + 1
    notebook["cells"].insert(
        place, {"cell_type": "code", "source": "# It is noisy.", "metadata": {}}
    )

    assert "# It is noisy." in answer(submit(notebook), QUESTION).source


def test_an_answer_in_words_in_a_cell_made_code_is_text_all_the_same(submit, notebook):
    cell(notebook, QUESTION).update(cell_type="code", source="It is noisy.")

    submission = submit(notebook)

    assert answer(submission, QUESTION).source == "It is noisy."
    assert "had its type changed" in submission.warnings[0]


def test_an_answer_typed_into_the_question_is_the_answer(submit, notebook):
    above = notebook["cells"][notebook["cells"].index(cell(notebook, QUESTION)) - 1]
    above["source"] = [*above["source"], "\n\nIt is noisy."]

    submission = submit(notebook)

    assert answer(submission, QUESTION).source.strip() == "It is noisy."
    assert "stands in the cell above it" in " ".join(submission.warnings)


def test_text_beside_an_answered_question_stays_where_it_is(submit, notebook):
    cell(notebook, QUESTION)["source"] = "It is noisy."
    place = notebook["cells"].index(cell(notebook, QUESTION)) + 1
    notebook["cells"].insert(place, {"cell_type": "markdown", "source": "My notes", "metadata": {}})

    submission = submit(notebook)

    assert answer(submission, QUESTION).source == "It is noisy."
    assert answer(submission, "added-1").source == "My notes"
    assert not submission.warnings


def test_a_function_defined_above_its_untouched_stub_is_not_undone_by_it(submit, notebook):
    mine = "def policy_loss(log_probabilities, returns):\n    return 1"
    insert(notebook, cell(notebook, "loss")["id"], cell_type="code", source=mine)

    submission = submit(notebook)

    ran = running(submission)
    assert ran.index(mine) > ran.index(answer(submission, "loss").source)
    assert "loss is answered in a cell of its own" in submission.warnings[0]


PICTURE = "iVBORw0KGgo="


@pytest.mark.parametrize(
    "pasted",
    (
        {
            "source": "See ![image.png](attachment:image.png)",
            "attachments": {"image.png": {"image/png": PICTURE}},
        },
        {"source": f"See ![image.png](data:image/png;base64,{PICTURE})"},
        {"source": f'See <img width="9" src="data:image/png;base64,{PICTURE}" alt="x">'},
    ),
    ids=("as JupyterLab does it", "as Colab does it", "as HTML"),
)
def test_a_picture_pasted_into_an_answer_stays_in_it(submit, notebook, pasted):
    cell(notebook, QUESTION).update(pasted)

    spliced = spliced_notebook_of(submit, notebook)

    shown = next(
        c for c in spliced.cells if c.metadata.get("nbgrader", {}).get("grade_id") == QUESTION
    )
    ((name, kinds),) = shown.attachments.items()
    assert kinds == {"image/png": PICTURE}
    assert f"(attachment:{name})" in shown.source


def test_an_attachment_that_is_no_picture_is_dropped(submit, notebook):
    script = {"x.svg": {"image/svg+xml": "<svg onload='x'/>"}, "y": {"image/png": "<script>"}}
    cell(notebook, QUESTION).update(source="mine", attachments=script)

    assert answer(submit(notebook), QUESTION).pictures == ()


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
