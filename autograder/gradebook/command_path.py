"""nbgrader calls a command, `alembic`, that is installed beside it but maybe not on the PATH."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def put_scripts_on_path() -> None:
    """Let nbgrader find its commands when the virtual environment is not activated.

    Without it, `.venv/bin/autograder` and `.venv/bin/nbgrader` cannot open a gradebook.
    """
    scripts = str(Path(sys.executable).parent)
    known = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if scripts not in known:
        os.environ["PATH"] = os.pathsep.join([scripts, *known])
