"""A real browser, and a real Jupyter for it to open."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.authoring.build import units_with_source
from autograder.authoring.first_cell import wheel_name
from autograder.authoring.release import release
from autograder.course import Course
from tests.browser.pictures import Picture
from tests.browser.term import grade_the_class

REPOSITORY = Path(__file__).parents[2]
JUPYTERLAB = (sys.executable, "-m", "jupyterlab")
#: A script that says whether JupyterLab is there.
LAB_IS_THERE = "return 'jupyterapp' in window"
#: JupyterLab opens the folder of its address last, whatever was clicked before.
RESTORED = ".jp-FileBrowser:not(.jp-mod-restoring)"


def _wait_for(what: str, ready: Any, seconds: float = 30.0) -> Any:
    """The first true answer of `ready()`; fails the test, saying what was awaited."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.05)
    pytest.fail(f"{what}: not within {seconds:.0f} s")


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    """`wait_for(what, ready, seconds=30)` waits until `ready()` is true, or fails the test."""
    return _wait_for


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window, driven by selenium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver_path = shutil.which("chromedriver")
    if chromium is None or driver_path is None:
        pytest.skip("Chromium and its driver are not installed (chromium, chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--window-size=1200,1400", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses to run as root otherwise
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver_path))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def term(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The class of docs/term.md, graded."""
    return grade_the_class(tmp_path_factory.mktemp("course"))


@pytest.fixture
def picture(browser: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Picture:
    """Keeps pictures of pages, where `--pictures` says."""
    return Picture(browser, request.config.getoption("--pictures") or tmp_path)


@dataclass(frozen=True)
class Lab:
    """A running Jupyter server with JupyterLab and Notebook 7: its address, and its folder."""

    address: str
    token: str
    folder: Path

    def url(self, notebook: str, place: str = "lab/tree") -> str:
        """place: `lab/tree` for JupyterLab, `notebooks` for Notebook 7."""
        return f"{self.address}/{place}/{notebook}?token={self.token}&reset"

    def write(self, name: str, *cells: str) -> None:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, self.folder / name)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Jupyter on an empty folder, with nobody's settings."""
    home = tmp_path_factory.mktemp("jupyter")
    with jupyter(home, tmp_path_factory.mktemp("notebooks"), REPOSITORY) as running:
        yield running


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Jupyter on what students get, with the course as their wheel installs it."""
    folder = tmp_path_factory.mktemp("released") / "student"
    site = tmp_path_factory.mktemp("site")
    course = Course(REPOSITORY)
    release(course, units_with_source(course), folder)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site]
    subprocess.run([*pip, folder / wheel_name()], check=True, timeout=120)
    with jupyter(tmp_path_factory.mktemp("jupyter"), folder, site) as running:
        yield running


@contextmanager
def jupyter(
    home: Path, folder: Path, packages: Path, command: Sequence[str | Path] = JUPYTERLAB
) -> Iterator[Lab]:
    """A Jupyter server whose kernels import the course from the folder `packages`.

    command: starts it in `folder`; how the tests reach it stands in its configuration.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "MPLBACKEND")}
    environment["PYTHONPATH"] = str(packages)
    environment["IPYTHONDIR"] = str(home / "ipython")
    for variable in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{variable}"] = str(home / variable)
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(home / "settings")
    # No question about news: its box would lie over what the tests click.
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    answer = '{"fetchNews": "false", "checkForUpdates": false}'
    (settings / "notification.jupyterlab-settings").write_text(answer)
    configuration = {
        "ServerApp": {
            "ip": "127.0.0.1", "port": port, "port_retries": 0,
            "open_browser": False, "allow_root": True,
        },
        "IdentityProvider": {"token": token},
        "LabApp": {"expose_app_in_browser": True},
        "JupyterNotebookApp": {"expose_app_in_browser": True},
    }  # fmt: skip
    (home / "CONFIG_DIR").mkdir()
    (home / "CONFIG_DIR" / "jupyter_server_config.json").write_text(json.dumps(configuration))
    log = home / "log.txt"
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/api?token={token}", timeout=5):
                return True
        except OSError:
            return False

    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
        try:
            _wait_for("Jupyter answers", answers)
            yield Lab(address, token, folder)
        finally:
            server.terminate()
            server.wait(20)
