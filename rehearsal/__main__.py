"""`python -m rehearsal`, as root: a class on a JupyterHub that is removed again afterwards."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rehearsal.installation import Installation, missing
from rehearsal.rehearse import EXCHANGES, rehearse


def main() -> int:
    parser = argparse.ArgumentParser(prog="rehearsal", description=__doc__)
    parser.add_argument("--exchange", choices=EXCHANGES, default="directory")
    help = "install into this folder and keep it for the next time (default: a temporary one)"
    parser.add_argument("--installation", type=Path, metavar="FOLDER", help=help)
    options = parser.parse_args()
    reason = missing()
    if reason is not None:
        print(f"No rehearsal here: {reason}.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        installation = Installation(options.installation or Path(folder) / "installed")
        print("installing (some minutes)")
        installation.install()
        marks = rehearse(installation, options.exchange)
    print("marks:", ", ".join(f"{name} {points:g}" for name, points in marks.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
