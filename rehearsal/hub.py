"""A running JupyterHub, and what a person does in it, through the addresses that the pages call."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from rehearsal.accounts import Account
from rehearsal.installation import HERE, Installation

SECONDS = 120


@dataclass(frozen=True)
class Hub:
    """A running hub, and the address of ngshare where it is a service of this hub."""

    address: str
    ngshare_address: str | None

    def log_in(self, account: Account) -> Server:
        """Log in with the account's password and start the user's server."""
        auth = {"username": account.name, "password": account.password}
        path = f"{self.address}/hub/api/users/{account.name}"
        answer = requests.post(f"{path}/tokens", json={"auth": auth}, timeout=SECONDS)
        answer.raise_for_status()
        session = requests.Session()
        session.headers["Authorization"] = f"token {answer.json()['token']}"
        session.post(f"{path}/server", timeout=SECONDS).raise_for_status()

        def is_ready() -> bool:
            user = session.get(path, timeout=SECONDS).json()
            return bool(user.get("servers", {}).get("", {}).get("ready"))

        wait_until(f"the server of {account.name} runs", is_ready)
        return Server(f"{self.address}/user/{account.name}", session)


@dataclass(frozen=True)
class Server:
    """A user's own server."""

    address: str
    session: requests.Session

    def get(self, path: str, **parameters: str) -> Any:
        """What an address of this server answers. Raises requests.HTTPError."""
        return self._json(self.session.get(self._url(path), params=parameters, timeout=SECONDS))

    def post(self, path: str, **fields: str) -> Any:
        """Like a button of a page. Raises RuntimeError if nbgrader says that it has failed."""
        answer = self._json(self.session.post(self._url(path), data=fields, timeout=10 * SECONDS))
        if isinstance(answer, dict) and answer.get("success") is False:
            raise RuntimeError(answer.get("log") or answer.get("error") or answer.get("value"))
        return answer

    def disabled_in_lab(self) -> set[str]:
        """The extensions that this user's JupyterLab does not load."""
        page = self.session.get(self._url("lab"), timeout=SECONDS)
        page.raise_for_status()
        settings = re.search(
            r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', page.text, re.S
        )
        assert settings is not None, "JupyterLab's page has its settings"
        return set(json.loads(settings[1])["disabledExtensions"])

    def read(self, path: str) -> Any:
        """A file's content: of a notebook its cells, of a page its text."""
        return self.get(f"api/contents/{path}")["content"]

    def names(self, folder: str) -> list[str]:
        return [entry["name"] for entry in self.read(folder)]

    def save(self, path: str, notebook: Any) -> None:
        """Save a notebook, as JupyterLab does."""
        model = {"type": "notebook", "format": "json", "content": notebook}
        answer = self.session.put(self._url(f"api/contents/{path}"), json=model, timeout=SECONDS)
        answer.raise_for_status()

    def _url(self, path: str) -> str:
        return f"{self.address}/{path}"

    def _json(self, answer: requests.Response) -> Any:
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running_hub(
    installation: Installation, users: list[Account], state: Path, *, ngshare: bool
) -> Iterator[Hub]:
    """A hub for these users; the first one is the teacher. Its log is `state`/hub.log."""
    addresses = [f"http://127.0.0.1:{port}" for port in _free_ports(4)]
    settings = {
        "state": str(state),
        "prefix": str(installation.prefix),
        "proxy": str(installation.proxy),
        "users": [user.name for user in users],
        "teacher": users[0].name,
        "ngshare": str(installation.ngshare) if ngshare else None,
    }
    keys = ("address", "hub_address", "proxy_address", "ngshare_address")
    settings |= dict(zip(keys, addresses, strict=True))
    file = state / "settings.json"
    file.write_text(json.dumps(settings))
    program = installation.prefix / "bin" / "jupyterhub"
    log = state / "hub.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [program, "--config", HERE / "jupyterhub_config.py"],
            cwd=state, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env={"PATH": f"{installation.prefix}/bin:/usr/bin:/bin", "REHEARSAL": str(file)},
        )  # fmt: skip

    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterHub has ended:\n{log.read_text()[-4000:]}")
        try:
            return requests.get(f"{addresses[0]}/hub/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        wait_until("the hub answers", answers)
        share = f"{addresses[0]}/services/ngshare" if ngshare else None
        yield Hub(addresses[0], share)
    finally:
        process.terminate()
        process.wait(SECONDS)


def wait_until(what: str, is_true: Callable[[], bool]) -> None:
    """Raises TimeoutError if it does not become true."""
    deadline = time.monotonic() + SECONDS
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {SECONDS} s")
        time.sleep(0.3)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
