"""Writes to every directory it knows of: system, Python, home, cron, the grader's files."""

FAMILY = "touch the host"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import os
import sys
import helpers
written = []
home = os.path.expanduser("~root")
for folder in ("/", "/usr", "/etc", "/etc/cron.d", "/var/tmp", "/grader", "/proc/sys/kernel",
               "/sys", "/dev", home, sys.prefix, os.path.dirname(helpers.__file__),
               os.path.dirname(os.__file__)):
    try:
        with open(os.path.join(folder, "@MARK@"), "w") as file:
            file.write("x")
        written.append(folder)
    except OSError:
        pass
if written:
    raise RuntimeError("FOUND " + str(written))
""",
}
