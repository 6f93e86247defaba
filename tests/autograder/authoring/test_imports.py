"""What a module builds on is read from its imports, so that nobody keeps a list."""

from autograder.authoring.calibration import training_sources
from autograder.authoring.imports import reachable


def names(modules, *packages):
    return set(reachable(modules, packages))


def test_imports_are_followed_within_the_packages():
    found = names(["helpers.training"], "helpers")
    assert {"helpers.training", "helpers.agents", "helpers.weights", "helpers.checkpoints"} <= found
    assert not any(name.startswith("autograder") for name in found)


def test_other_modules_of_a_package_do_not_count():
    found = names(["helpers.training"], "helpers")
    assert not found & {"helpers", "helpers.plots", "helpers.player", "helpers.video"}


def test_a_name_that_a_package_passes_on_leads_to_where_it_is_defined(tmp_path, monkeypatch):
    (tmp_path / "user.py").write_text("from helpers import Transition", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert names(["user"], "user", "helpers") == {"user", "helpers.agents", "helpers.weights"}


def test_a_training_depends_on_what_plays_it_and_on_no_check_of_a_task():
    paths = {"/".join(path.parts[-3:]) for path in training_sources()}
    assert any(path.endswith("agents/evaluation.py") for path in paths)
    assert any(path.endswith("helpers/training.py") for path in paths)
    assert any(path.endswith("helpers/environments.py") for path in paths)
    assert not any("units" in path or "grading" in path or "plots" in path for path in paths)
