"""What to install or allow where the sandbox cannot be built."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox.exit_info import SandboxUnavailable

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
DEBIAN = Path("/proc/sys/kernel/unprivileged_userns_clone")
MAXIMUM = Path("/proc/sys/user/max_user_namespaces")
CONTAINERS = (Path("/.dockerenv"), Path("/run/.containerenv"))

PROFILE = """\
abi <abi/4.0>,
include <tunables/global>
profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
  include if exists <local/bwrap>
}
"""

APPARMOR_ADVICE = f"""\
Ubuntu (23.10 and later) lets only known programs make user namespaces. Either make bubblewrap
one of them:

sudo tee /etc/apparmor.d/bwrap <<'END'
{PROFILE}END
sudo systemctl reload apparmor

or lift the rule for every program:

echo kernel.apparmor_restrict_unprivileged_userns=0 | sudo tee /etc/sysctl.d/60-userns.conf
sudo sysctl --system"""

CONTAINER_ADVICE = (
    "inside Docker or Podman, start the container with --security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined --security-opt systempaths=unconfined"
)


def unavailable(error: str) -> SandboxUnavailable:
    """The error, in one line, for what bubblewrap said when it failed."""
    text = f"the sandbox cannot be built: {error}"
    short, long = advice_for(error)
    if short:
        text += f": {short}"
    if long:
        text += " (`autograder doctor` tells more)"
    return SandboxUnavailable(text)


def advice_for(error: str) -> tuple[str, str]:
    """Advice in a few words, and in full where that is longer; both empty where there is none."""
    about_namespaces = any(
        part in error.lower()
        for part in ("namespace", "uid map", "rtm_newaddr", "proc on", "operation not permitted")
    )
    if not about_namespaces:
        if "permission denied" in error.lower() and os.geteuid() == 0:
            return "root's workers are other users: chmod -R a+rX what they shall read", ""
        return "", ""
    if _reads(DEBIAN, "0"):
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1", ""
    if _reads(MAXIMUM, "0"):
        return "sudo sysctl -w user.max_user_namespaces=10000", ""
    if any(path.exists() for path in CONTAINERS):
        return CONTAINER_ADVICE, ""
    if _reads(APPARMOR, "1"):
        return "AppArmor forbids bubblewrap to make user namespaces", APPARMOR_ADVICE
    return "this kernel does not let you make user namespaces", ""


def _reads(path: Path, value: str) -> bool:
    return os.access(path, os.R_OK) and path.read_text().strip() == value
