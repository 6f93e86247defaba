"""A PostgreSQL server of one's own, in a temporary folder, without a network."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

#: PostgreSQL refuses to run as root; Debian's package brings this user.
ACCOUNT = "postgres"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps them out of the PATH. None without them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    folder = found[-1] if found else Path(on_path).parent if on_path else None
    return folder if folder is not None and (folder / "pg_ctl").exists() else None


class Server:
    """Started with `start`, and stopped in the hard way with `fail`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self._as: list[str] = []
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}",
                        "--clear-groups"]  # fmt: skip
        self._run("initdb", "--auth=trust", f"--username={ACCOUNT}", "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        log = f"--log={self.folder / 'log'}"
        self._run("pg_ctl", "start", "--wait", "--timeout=120", log, f"--options={options}")

    def fail(self) -> None:
        """Every connection breaks at once, as if the machine had lost its power."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def database(self, name: str) -> str:
        """Make an empty database; its SQLAlchemy address."""
        self._run_program("createdb", f"--host={self.folder}", f"--username={ACCOUNT}", name)
        return f"postgresql+psycopg://{ACCOUNT}@/{name}?host={self.folder}"

    def remove(self) -> None:
        try:
            self.fail()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *options: str) -> None:
        self._run_program(program, f"--pgdata={self.folder / 'data'}", *options)

    def _run_program(self, program: str, *options: str) -> None:
        folder = programs()
        assert folder is not None
        done = subprocess.run(
            [*self._as, str(folder / program), *options],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
