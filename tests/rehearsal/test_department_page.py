"""The settings that docs/department.md shows do what the page says, and are the rehearsal's."""

from __future__ import annotations

from pathlib import Path

from jupyter_core.paths import jupyter_path
from jupyter_server.services.config.manager import ConfigManager
from traitlets.config import Config

from autograder.gradebook.settings import configure
from rehearsal.course_folder import TEACHERS_MENUS, VALIDATING

REPOSITORY = Path(__file__).parents[2]


def shown_after(words: str) -> str:
    """The block of the page that follows these words."""
    page = (REPOSITORY / "docs" / "department.md").read_text(encoding="utf-8")
    _, block, *_ = page[page.index(words) :].split("```")
    return block.partition("\n")[2]


def settings(text: str) -> Config:
    """What an nbgrader_config.py sets."""
    config = Config()
    exec(text, {"get_config": lambda: config, "c": config})
    return config


def test_the_validate_button_has_as_much_time_as_the_courses_own_commands() -> None:
    course = Config()
    configure(course, str(REPOSITORY / "nbgrader_config.py"))

    for text in (shown_after("`nbgrader_config.py` in `/etc/jupyter`"), VALIDATING):
        assert settings(text).Execute.timeout == course.Execute.timeout


def test_the_hidden_menus_are_extensions_of_nbgrader() -> None:
    folder = Path(jupyter_path("labextensions")[0]) / "@jupyter" / "nbgrader" / "static"
    scripts = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js"))

    assert [name for name in TEACHERS_MENUS if f'"{name}"' not in scripts] == []


def test_students_have_no_menus_for_teachers_and_the_grader_has_them(tmp_path: Path) -> None:
    everybody, grader = tmp_path / "everybody", tmp_path / "grader"
    for folder, words in (
        (everybody, "`page_config.json` in `/etc/jupyter/labconfig`"),
        (grader, "`~grader/.jupyter/labconfig/page_config.json`"),
    ):
        folder.mkdir()
        (folder / "page_config.json").write_text(shown_after(words))

    def disabled(*folders: Path) -> set[str]:
        manager = ConfigManager(read_config_path=[str(folder) for folder in folders])
        extensions = manager.get("page_config")["disabledExtensions"]
        return {name for name, is_disabled in extensions.items() if is_disabled}

    assert disabled(everybody) == set(TEACHERS_MENUS)
    assert disabled(grader, everybody) == set()
