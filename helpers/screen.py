"""Machines without a screen: servers, Colab, graders. Importing this module keeps pygame quiet."""

from __future__ import annotations

import os
import sys
from typing import Literal

from helpers.virtual_display import VirtualDisplay

#: Where pictures are drawn: on a screen, a virtual screen (Xvfb), or no screen at all (SDL).
Screen = Literal["screen", "virtual display", "no display"]

_virtual_display: VirtualDisplay | None = None


def has_screen() -> bool:
    """Whether windows can open. Usually only Linux servers have no screen."""
    if os.environ.get("SDL_VIDEODRIVER") in ("dummy", "offscreen"):
        return False
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _quiet_pygame() -> None:
    """Keep the messages of pygame and SDL out of the notebook.

    Without a screen SDL complains on stderr, and a grader may read this as an error.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if not has_screen():
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        os.environ.setdefault("SDL_AUDIODRIVER", "dummy")


_quiet_pygame()  # at import, so that a plain env.render() is quiet, too


def is_virtual() -> bool:
    """Whether this process draws on its own virtual display, which nobody can see."""
    return _virtual_display is not None


def start_headless_display() -> Screen:
    """Make drawing possible on a machine without a screen; return where pictures are drawn.

    On a machine with a screen nothing happens. Otherwise a virtual display is started, if Xvfb is
    installed; it ends with this process, however that ends. If not, SDL draws without a display,
    and this is all that `render_mode="rgb_array"` needs. A second call changes nothing.
    """
    global _virtual_display
    if _virtual_display is not None:
        return "virtual display"
    if has_screen():
        return "screen"
    if os.environ.get("DISPLAY"):
        return "no display"  # somebody chose SDL's driver on purpose
    _virtual_display = VirtualDisplay.start()
    if _virtual_display is None:
        return "no display"
    os.environ["DISPLAY"] = _virtual_display.name
    if os.environ.get("SDL_VIDEODRIVER") == "dummy":
        del os.environ["SDL_VIDEODRIVER"]  # SDL finds the virtual display by itself
    return "virtual display"
