"""What a rehearsal installs: the course without solutions, JupyterHub, its proxy, ngshare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REPOSITORY = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().parent
PROXY = "configurable-http-proxy@5"
#: The exchange's client. Without what it asks for: it names a jupyter-core older than JupyterLab 4
#: needs, and works with a newer one.
NGSHARE_CLIENT = "ngshare_exchange==0.5.3"


@dataclass(frozen=True)
class Installation:
    """A folder that all accounts can read; installed once, and used again if it is kept."""

    root: Path

    @property
    def prefix(self) -> Path:
        return self.root / "course"

    @property
    def proxy(self) -> Path:
        return self.root / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"

    @property
    def ngshare(self) -> Path:
        """The Python of ngshare's environment."""
        return self.root / "ngshare" / "bin" / "python"

    def install(self) -> None:
        """Install what is missing. Raises subprocess.CalledProcessError with what went wrong."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o755)
        self._install_course()
        if not self.proxy.exists():
            folder = self.root / "proxy"
            _run("npm", "install", "--no-fund", "--no-audit", f"--prefix={folder}", PROXY)

    def install_ngshare(self) -> None:
        """ngshare beside the hub, and its client in everybody's environment."""
        pip = self.prefix / "bin" / "pip"
        _run(pip, "install", "--quiet", "--no-deps", NGSHARE_CLIENT)
        _run(pip, "install", "--quiet", f"--constraint={REPOSITORY / 'requirements.txt'}",
             "rapidfuzz")  # fmt: skip
        if not self.ngshare.exists():
            _run(open_python(), "-m", "venv", self.root / "ngshare")
        requirements = HERE / "ngshare-requirements.txt"
        _run(self.ngshare, "-m", "pip", "install", "--quiet", "-r", requirements)

    def _install_course(self) -> None:
        """`make install`, without PyTorch and Keras: the rehearsed unit needs neither."""
        wanted = self.root / "requirements.txt"
        project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
        lines = [f"-c {REPOSITORY / 'requirements.txt'}", f"-r {HERE / 'requirements.txt'}"]
        lines += [*project["dependencies"], *project["optional-dependencies"]["grading"]]
        wanted.write_text("\n".join(lines) + "\n")
        _run(
            "make", "--directory", REPOSITORY, "install",
            f"PREFIX={self.prefix}", f"REQUIREMENTS={wanted}", f"PYTHON={open_python()}",
        )  # fmt: skip


def open_python() -> Path:
    """A Python that all accounts can run: this one, or the system's."""
    own = Path(sys.executable).resolve()
    if all(folder.stat().st_mode & 0o001 for folder in own.parents):
        return own
    return Path("/usr/bin/python3")


def missing() -> str | None:
    """Why nothing can be rehearsed on this machine, or None."""
    if os.geteuid() != 0:
        return "only root can make accounts and run a hub for them"
    programs = ("useradd", "userdel", "chpasswd", "node", "npm", "make", "bwrap")
    absent = [name for name in programs if shutil.which(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    if not open_python().exists():
        return "no Python that all accounts can run"
    return None


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=0o022,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}")
