"""Firefox, driven by selenium without geckodriver: it speaks nearly the same, Marionette.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import FirefoxOptions
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver

START_SECONDS = 60

Parameters = dict[str, Any]


def _of_element(parameters: Parameters) -> Parameters:
    """A search below an element: selenium calls it `id`, Marionette `element`."""
    return {("element" if name == "id" else name): value for name, value in parameters.items()}


def _unchanged(parameters: Parameters) -> Parameters:
    return parameters


#: Marionette's name of each command that the tests use, and what it does with the parameters.
COMMANDS: dict[str, tuple[str, Callable[[Parameters], Parameters]]] = {
    Command.NEW_SESSION: ("WebDriver:NewSession", lambda _: {}),
    Command.GET: ("WebDriver:Navigate", _unchanged),
    Command.SET_TIMEOUTS: ("WebDriver:SetTimeouts", _unchanged),
    Command.W3C_EXECUTE_SCRIPT: ("WebDriver:ExecuteScript", _unchanged),
    Command.W3C_EXECUTE_SCRIPT_ASYNC: ("WebDriver:ExecuteAsyncScript", _unchanged),
    Command.FIND_ELEMENT: ("WebDriver:FindElement", _unchanged),
    Command.FIND_ELEMENTS: ("WebDriver:FindElements", _unchanged),
    Command.FIND_CHILD_ELEMENT: ("WebDriver:FindElement", _of_element),
    Command.FIND_CHILD_ELEMENTS: ("WebDriver:FindElements", _of_element),
    Command.CLICK_ELEMENT: ("WebDriver:ElementClick", _unchanged),
    Command.GET_ELEMENT_TEXT: ("WebDriver:GetElementText", _unchanged),
    Command.W3C_ACTIONS: ("WebDriver:PerformActions", _unchanged),
    Command.SCREENSHOT: ("WebDriver:TakeScreenshot", lambda _: {"full": False}),
    Command.QUIT: ("Marionette:Quit", lambda _: {"flags": ["eForceQuit"]}),
}


class Marionette(RemoteConnection):
    """A connection over which selenium's commands reach Firefox."""

    def __init__(self, port: int) -> None:
        super().__init__(client_config=ClientConfig(f"http://127.0.0.1:{port}"))
        self._socket = _connected(port)
        self._number = 0
        self._receive()  # Firefox introduces itself

    def execute(self, command: str, params: Parameters) -> Parameters:
        """Send one command; its answer in the form that selenium expects."""
        name, translated = COMMANDS[command]
        # The session is that of the connection.
        given = {key: value for key, value in params.items() if key != "sessionId"}
        self._number += 1
        self._send([0, self._number, name, translated(given)])
        _, _, error, result = self._receive()
        if error is not None:
            return {"status": 500, "value": json.dumps({"value": error})}
        if command == Command.NEW_SESSION or not isinstance(result, dict):
            return {"value": result}
        return {"value": result.get("value")}

    def _send(self, message: list[Any]) -> None:
        """As `length:JSON`."""
        data = json.dumps(message).encode()
        self._socket.sendall(b"%d:%s" % (len(data), data))

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._read(1)
        return json.loads(self._read(int(length[:-1])))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise ConnectionError("Firefox closed the connection.")
            data += part
        return data


def _connected(port: int) -> socket.socket:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=120)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@contextmanager
def firefox(program: str, profile: Path) -> Iterator[WebDriver]:
    """Firefox without a window and with a new profile."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (profile / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    environment = {
        **os.environ,
        "HOME": str(profile),  # Firefox refuses to run as root in another user's home
        "MOZ_HEADLESS_WIDTH": "1200",
        "MOZ_HEADLESS_HEIGHT": "1400",
    }
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
    try:
        driver = WebDriver(command_executor=Marionette(port), options=FirefoxOptions())
        driver.set_script_timeout(20)
        yield driver
        driver.quit()
    finally:
        process.terminate()
        process.wait(20)
