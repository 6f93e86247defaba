"""Whatever bytes are handed in: a submission or `InvalidNotebook`, soon, and nothing else."""

from __future__ import annotations

import copy
import json
import time
import tracemalloc

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course import Course
from autograder.grading.notebook import (
    InvalidNotebook,
    Submission,
    read_skeleton,
    read_submission,
    spliced_notebook,
    unit_of,
)
from autograder.units import unit_named

COURSE = Course.find()
SKELETON = read_skeleton(COURSE.released(unit_named("policy_network").assignment))
RELEASED = json.loads(nbformat.writes(SKELETON.notebook))
#: Processor seconds that reading one notebook of a few hundred kilobytes may take.
SOON = 2.0
MANY = settings(
    max_examples=1_500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    [
        "\ud800",
        "\0",
        "\r\n",
        "check('policy_network/forward')",
        "check(" * 50,
        "YOUR CODE HERE",
        "forward",
        "check-forward",
        "added-1",
        "not-graded",
        "x" * 10_000,
        "=HYPERLINK(1)",
        "<script>",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4) | st.lists(texts)
    ),
    max_leaves=8,
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | values,
        "source": texts | st.lists(texts, max_size=4) | values,
        "input": texts | values,
        "id": st.sampled_from([cell["id"] for cell in RELEASED["cells"]]) | values,
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "nbgrader": st.fixed_dictionaries(
                    {}, optional={"grade_id": st.sampled_from(sorted(SKELETON.solution_names))}
                )
                | values,
                "tags": st.lists(texts, max_size=2) | values,
                "id": values,
            },
        )
        | values,
        "outputs": values,
        "execution_count": values,
    },
)


@st.composite
def damaged(draw):
    """The released notebook after a few mutations that know its structure."""
    notebook = copy.deepcopy(RELEASED)
    for _ in range(draw(st.integers(1, 6))):
        here = notebook["cells"]
        place = draw(st.integers(0, max(0, len(here) - 1)))
        match draw(st.integers(0, 9)):
            case 0:
                here.insert(place, draw(cells | values))
            case 1 if here:
                del here[place : place + draw(st.integers(1, 30))]
            case 2 if here:
                here.insert(draw(st.integers(0, len(here))), here[place])
            case 3 if here and isinstance(here[place], dict):
                here[place] = {**here[place], **draw(cells)}
            case 4 if here and isinstance(here[place], dict) and here[place]:
                here[place] = copy.copy(here[place])
                here[place].pop(draw(st.sampled_from(sorted(here[place]))))
            case 5 if here and isinstance(here[place], dict):
                key = draw(st.sampled_from(["source", "metadata", "id", "cell_type"]) | texts)
                here[place] = {**here[place], key: draw(values)}
            case 6:
                notebook["cells"] = draw(st.permutations(range(len(here))).map(list))
                notebook["cells"] = [here[number] for number in notebook["cells"]]
            case 7:
                notebook[draw(st.sampled_from(["nbformat", "metadata", "x"]))] = draw(values)
            case 8:
                notebook = {**notebook, "worksheets": draw(st.lists(values, max_size=3))}
            case _:
                notebook["cells"] = here * draw(st.integers(1, 3))
    return notebook


def read(path, content):
    """A submission, or None if it is refused; nothing else may come out."""
    path.write_bytes(content)
    start = time.process_time()
    try:
        unit_of(path)
        submission = read_submission(path, SKELETON)
    except InvalidNotebook as refused:
        assert str(refused) and "\n" not in str(refused)
        return None
    finally:
        assert time.process_time() - start < SOON
    return submission


def expect_whole(submission):
    """What holds of every submission that is read."""
    assert isinstance(submission, Submission)
    names = [cell.name for cell in submission.cells]
    assert len(names) == len(set(names))
    released = [cell.name for cell in submission.cells if not cell.added]
    assert len(released) == len(RELEASED["cells"])
    for cell in submission.cells:
        cell.source.encode("utf-8")
        assert "\0" not in cell.source
        assert not (cell.name.startswith("check-") and cell.runs)
    notebook = spliced_notebook(SKELETON, submission)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            assert cell.source == next(
                "".join(own["source"]) for own in RELEASED["cells"] if own["id"] == cell.id
            )


@pytest.mark.slow
@MANY
@given(damaged())
def test_a_damaged_notebook_is_read_or_refused(tmp_path, notebook):
    submission = read(tmp_path / "damaged.ipynb", json.dumps(notebook).encode())

    if submission is not None:
        expect_whole(submission)


@pytest.mark.slow
@MANY
@given(st.binary(max_size=300) | values.map(lambda value: json.dumps(value).encode()))
def test_bytes_that_are_no_notebook_are_refused(tmp_path, content):
    assert read(tmp_path / "bytes.ipynb", content) is None


@pytest.mark.slow
@MANY
@given(st.data())
def test_a_notebook_with_flipped_bytes_is_read_or_refused(tmp_path, data):
    content = bytearray(json.dumps(RELEASED).encode())
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                content[place] = data.draw(st.integers(0, 255))
            case 1:
                del content[place : place + data.draw(st.integers(1, 1000))]
            case _:
                content[place:place] = data.draw(st.binary(max_size=50))
        if not content:
            break

    submission = read(tmp_path / "flipped.ipynb", bytes(content))

    if submission is not None:
        expect_whole(submission)


@pytest.mark.parametrize(
    "content",
    [
        b'{"cells": [' + b"{}," * 6_000_000 + b"{}]}",
        b'{"cells": ' + b"[" * 5_000_000,
        b'{"cells": [' + b'"",' * 6_000_000 + b'""]}',
        b'{"a": "' + b"\\ud83d\\ude00" * 1_600_000 + b'"}',
        b'{"cells": [' + b"1e5," * 2_000_000 + b"1]}",
    ],
    ids=["maps", "brackets", "texts", "escapes", "numbers"],
)
def test_the_largest_notebooks_take_little_memory(tmp_path, content):
    assert len(content) <= 20 << 20
    path = tmp_path / "large.ipynb"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidNotebook):
            read_submission(path, SKELETON)
        assert tracemalloc.get_traced_memory()[1] < 400 << 20
    finally:
        tracemalloc.stop()
