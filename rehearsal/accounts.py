"""System accounts for a rehearsal: made, used, and removed with everything that they started."""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Account:
    """A user of this machine, with a password that nobody knows."""

    name: str
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    @property
    def home(self) -> Path:
        return Path(pwd.getpwnam(self.name).pw_dir)

    def run(
        self, *command: str | Path, folder: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, with a fresh environment, in a folder (default: home)."""
        environment = {"HOME": str(self.home), "USER": self.name, "LANG": "C.UTF-8"} | variables
        environment["PATH"] = f"{Path(command[0]).parent}:/usr/bin:/bin"
        return subprocess.run(
            [str(part) for part in command],
            cwd=folder or self.home, env=environment, umask=0o022,
            user=self.name, group=self.name, extra_groups=[],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip

    def own(self, folder: Path) -> None:
        """Give a folder and all that is in it to this user, closed to everybody else."""
        entry = pwd.getpwnam(self.name)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o077)


@contextmanager
def accounts(*names: str) -> Iterator[list[Account]]:
    """New users with closed homes. Raises RuntimeError if one of the names is taken already."""
    taken = [name for name in names if _exists(name)]
    if taken:
        raise RuntimeError(f"There is an account named {taken[0]} already; it is left alone.")
    made = [Account(name) for name in names]
    try:
        for account in made:
            _run("useradd", "--create-home", "--user-group", "--shell=/bin/bash", account.name)
            _run("chpasswd", text=f"{account.name}:{account.password}\n")
            account.home.chmod(0o700)
        yield made
    finally:
        for account in made:
            if _exists(account.name):
                _end_processes(pwd.getpwnam(account.name).pw_uid)
                _run("userdel", "--remove", account.name)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _end_processes(uid: int) -> None:
    """End what this user runs: the account exists for the rehearsal alone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        running = [p for p in psutil.process_iter(["uids"]) if p.info["uids"].real == uid]
        if not running:
            return
        for process in running:
            with suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
        time.sleep(0.2)


def _run(*command: str, text: str | None = None) -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    # userdel says that there is no mailbox, and that is fine.
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")
