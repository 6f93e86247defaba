"""`make lab`: JupyterLab on the course, and the formgrader's links lead to its notebooks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from autograder.course import Course
from tests.browser.conftest import LAB_IS_THERE, REPOSITORY, RESTORED, Lab, jupyter
from tests.browser.term import UNIT

pytestmark = pytest.mark.browser

#: The Makefile's own command, in the folder of another course and without installing anything.
MAKE_LAB = ("make", f"--file={REPOSITORY / 'Makefile'}", "--assume-old=setup", "lab")
SHOWS_ITS_FOLDER = f"{RESTORED} .jp-BreadCrumbs [title='course']"
HAS_KERNEL = "jupyterapp.shell.currentWidget.sessionContext.ready.then(arguments[0])"
OPEN_FORMGRADER = "jupyterapp.commands.execute('nbgrader:open-formgrader')"
#: What the formgrader's table of assignments has links for: Edit, and Preview.
LINKS = {"solutions": ".name a", "course": ".preview a"}
NOTEBOOK = f".jp-DirListing-item[title*='Name: {UNIT.name}.ipynb']"


@pytest.fixture(scope="module")
def lab(term: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("jupyter")
    command = (*MAKE_LAB, f"VENV={sys.prefix}")
    with jupyter(home, term.root, REPOSITORY, command) as running:
        yield running


def test_it_opens_on_the_folder_of_the_notebooks(
    lab: Lab, browser: Any, wait_for: Callable[..., Any]
) -> None:
    browser.get(f"{lab.address}/?token={lab.token}")

    listed = lambda: browser.find_elements("css selector", f"[title*='Name: {UNIT.assignment}']")  # noqa: E731
    wait_for("the assignment is listed", listed)
    assert browser.current_url.endswith("/lab/tree/course")


@pytest.mark.parametrize("folder", LINKS)
def test_the_formgraders_links_lead_to_a_notebook_that_opens(
    lab: Lab, browser: Any, wait_for: Callable[..., Any], folder: str
) -> None:
    def found(selector: str) -> Any:
        elements = lambda: browser.find_elements("css selector", selector)  # noqa: E731
        return wait_for(selector, elements)[0]

    browser.get(lab.url("course"))
    wait_for("JupyterLab is there", lambda: browser.execute_script(LAB_IS_THERE))
    found(SHOWS_ITS_FOLDER)
    browser.execute_script(OPEN_FORMGRADER)
    browser.switch_to.frame(found("iframe"))
    found(LINKS[folder]).click()
    browser.switch_to.default_content()

    found(f".jp-BreadCrumbs [title='{folder}/{UNIT.assignment}']")
    ActionChains(browser).double_click(found(NOTEBOOK)).perform()
    assert found(".jp-NotebookPanel .jp-Cell")
    browser.execute_async_script(HAS_KERNEL)
