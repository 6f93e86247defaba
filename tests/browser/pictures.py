"""Pictures of pages for the documentation, taken by the tests of these pages."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

#: The documentation is read on slow lines, too.
MOST_BYTES = 150_000
#: Where these elements are together, with a margin.
_PLACE = """
const parts = [...arguments].map((part) => document.querySelector(part));
parts[0].scrollIntoView({block: "center"});  // away from what stays at the window's edges
const boxes = parts.map((part) => part.getBoundingClientRect());
const left = Math.min(...boxes.map((box) => box.left)) + scrollX - 8;
const top = Math.min(...boxes.map((box) => box.top)) + scrollY - 8;
return {
  x: Math.max(left, 0),
  y: Math.max(top, 0),
  width: Math.max(...boxes.map((box) => box.right)) + scrollX + 8 - Math.max(left, 0),
  height: Math.max(...boxes.map((box) => box.bottom)) + scrollY + 8 - Math.max(top, 0),
};
"""


class Picture:
    """`picture(name, first, last)` keeps all from one element to another as `<name>.png`."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser, self.folder = browser, folder

    def __call__(self, name: str, *parts: str, window: int = 1060) -> None:
        """parts: selectors of elements that the picture holds. window: its width in pixels."""
        size = {"width": window, "height": 1400, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        place = self.browser.execute_script(_PLACE, *parts)
        command = {"clip": place | {"scale": 1}, "captureBeyondViewport": True}
        taken = self.browser.execute_cdp_cmd("Page.captureScreenshot", command)
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        file = self.folder / f"{name}.png"
        file.write_bytes(base64.b64decode(taken["data"]))
        assert file.stat().st_size < MOST_BYTES
