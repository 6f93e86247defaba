"""Measurements are kept, so that an interrupted benchmark goes on where it was."""

import pytest

from autograder.authoring.bench import measurements
from autograder.authoring.bench.measurements import Measurements


def never():
    pytest.fail("it was measured already")


def test_nothing_is_measured_twice(tmp_path):
    path = tmp_path / "bench" / "bench.json"
    assert Measurements(path).get("a class", lambda: {"seconds": 1.5}) == {"seconds": 1.5}
    assert Measurements(path).get("a class", never) == {"seconds": 1.5}


def test_what_is_measured_counts_at_once(tmp_path):
    path = tmp_path / "bench.json"
    kept = Measurements(path)
    kept.get("first", lambda: {"seconds": 1})
    with pytest.raises(KeyboardInterrupt):
        kept.get("second", interrupted)
    assert Measurements(path).get("first", never) == {"seconds": 1}


def interrupted():
    raise KeyboardInterrupt


def test_measurements_of_other_code_do_not_count(tmp_path, monkeypatch):
    path = tmp_path / "bench.json"
    Measurements(path).get("a class", lambda: {"seconds": 1})
    monkeypatch.setattr(measurements, "code_version", lambda: "another")
    assert Measurements(path).get("a class", lambda: {"seconds": 2}) == {"seconds": 2}
