"""Make this folder's pictures anew: `python docs/images/make.py` (needs Chromium and its driver).

Both show what really happens: a check in a kernel, and the demonstration class, graded.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from selenium import webdriver

HERE = Path(__file__).resolve().parent
UNIT = "policy_network"
SETUP = f'from autograder import check, start_unit\nstart_unit("{UNIT}")'
LOSS = '''\
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return {}'''
CHECK = f'check("{UNIT}/loss", policy_loss)'
#: The page around the table, as a terminal shows it.
TERMINAL = (
    '<body style="margin: 0; background: white"><pre style="display: inline-block; margin: 16px; '
    "font: 15px/1.3 'DejaVu Sans Mono', monospace\">{}</pre></body>"
)
#: Where the page's contents end on the right and at the bottom, with a margin.
EDGES = """
const boxes = [...document.body.children].map((part) => part.getBoundingClientRect());
return ["right", "bottom"].map((side) => Math.ceil(Math.max(...boxes.map((b) => b[side]))) + 16);
"""


def check_cell() -> str:
    """A page with a mistake, its worked example open, and the answer that is right."""
    wrong, right = (
        LOSS.format("(returns * log_probs).mean()"),
        LOSS.format("(-returns * log_probs).mean()"),
    )
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(s) for s in (SETUP, wrong, CHECK, right, CHECK)]
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    del notebook.cells[0]
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    return str(page).replace("<details>", "<details open>", 1)


def class_table() -> str:
    """A page with the table of marks that `autograder demo` prints."""
    command = [sys.executable, "-m", "autograder.cli", "demo", UNIT]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    lines = done.stdout.splitlines()
    rule = next(number for number, line in enumerate(lines) if line.strip().startswith("──"))
    end = next((n for n in range(rule, len(lines)) if not lines[n].strip()), len(lines))
    return TERMINAL.format(html.escape("\n".join(lines[rule - 2 : end])))


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium") or shutil.which("chromium-browser"))
    options.add_argument("--headless=new")
    options.add_argument("--hide-scrollbars")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses to run as root otherwise
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


def photograph(driver: Any, page: str, picture: Path, width: int) -> None:
    """Write a picture of a whole page, at least as wide as is said and as high as it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, encoding="utf-8")
        driver.get(path.as_uri())
        for _ in range(2):  # first the width, then the height that it leads to
            right, bottom = driver.execute_script(EDGES)
            size = {"width": max(width, right), "height": bottom}
            device = {"deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size | device)
        driver.save_screenshot(str(picture))


if __name__ == "__main__":
    with chromium() as browser:
        photograph(browser, check_cell(), HERE / "check-cell.png", 920)
        photograph(browser, class_table(), HERE / "class-table.png", 600)
