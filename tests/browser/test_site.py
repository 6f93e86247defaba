"""The documentation site: built strictly, and read from a disk without a network."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LOADED = 'return performance.getEntriesByType("resource").map((entry) => entry.name)'


@pytest.fixture(scope="module")
def site(course: Course) -> Path:
    """The folder of the pages."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: it brings the scripts that draw diagrams")
    done = subprocess.run(["make", "site"], cwd=course.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return course.root / "dist" / "site"


def test_a_diagram_is_drawn(browser: Any, wait_for: Callable[..., Any], site: Path) -> None:
    browser.get((site / "docs" / "architecture.html").as_uri())

    def drawn() -> bool:
        return bool(browser.execute_script('return document.querySelector(".mermaid svg")'))

    wait_for("a diagram is drawn", drawn)
    assert all(address.startswith("file:") for address in browser.execute_script(LOADED))


def test_a_word_is_found(
    browser: Any, wait_for: Callable[..., Any], site: Path, course: Course
) -> None:
    title = (course.root / "docs" / "security.md").read_text("utf-8").splitlines()[0].strip("# ")
    title = title.replace("'", "’")  # as Sphinx prints it
    browser.get(f"{(site / 'search.html').as_uri()}?q=bubblewrap")

    def titles() -> list[str]:
        links = browser.find_elements("css selector", "#search-results li a")
        return [link.text for link in links]

    wait_for("the page on security is found", lambda: title in titles())
    assert all(address.startswith("file:") for address in browser.execute_script(LOADED))


def test_the_first_page_leads_to_the_readme(
    browser: Any, wait_for: Callable[..., Any], site: Path
) -> None:
    browser.get((site / "index.html").as_uri())

    wait_for("the README opens", lambda: browser.current_url.endswith("README.html"))
    captions = browser.find_elements("css selector", ".sidebar-tree .caption-text")
    assert len(captions) == 4


def test_a_link_that_leads_nowhere_stops_the_build(
    site: Path, course: Course, tmp_path: Path
) -> None:
    for page in (*course.root.glob("[!.]*"), *course.root.glob("docs/**/*"),
                 *course.root.glob("examples/*/README.md")):  # fmt: skip
        if page.is_file() and "site" not in page.parts:
            copy = tmp_path / page.relative_to(course.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(page, copy)
    build = [course.root / ".venv-site" / "bin" / "sphinx-build", "--quiet", "--fail-on-warning"]
    build += ["--keep-going", "-c", course.root / "docs" / "site", tmp_path]

    def status(output: str) -> tuple[int, str]:
        done = subprocess.run([*build, tmp_path / output], capture_output=True, text=True)
        return done.returncode, done.stderr

    assert status("out")[0] == 0
    with (tmp_path / "docs" / "term.md").open("a") as page:
        page.write("\n[here](nowhere.md), [there](department.md#nowhere)\n")
    code, said = status("out")
    assert code != 0
    assert "nowhere.md" in said and "'nowhere'" in said
