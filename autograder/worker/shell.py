"""The IPython in which a notebook's cells run, magics included.

This file runs inside the sandbox.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any


def start_shell(module: ModuleType) -> Any:
    """IPython's shell, without a screen or a history; the cells' names live in the module."""
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Silent(DisplayPublisher):
        """Shows nothing: pictures are for the student's screen."""

        def publish(self, *arguments: Any, **keywords: Any) -> None:
            pass

    class Shell(InteractiveShell):
        """Takes `%matplotlib` for what it is in a notebook: a wish about the screen."""

        def enable_gui(self, gui: Any = None) -> None:
            pass

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.display_pub_class = Silent
    config.InteractiveShell.enable_tip = False
    return Shell.instance(config=config, user_module=module)
