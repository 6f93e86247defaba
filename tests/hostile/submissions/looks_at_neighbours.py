"""Searches the process list for other students' workers, to read and to stop them."""

FAMILY = "touch the host"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import os
import signal
others = [int(name) for name in os.listdir("/proc") if name.isdigit()]
strangers = []
for number in others:
    with open(f"/proc/{number}/cmdline") as file:
        line = file.read()
    if "pytest" in line or "autograder grade" in line:
        strangers.append(line)
if strangers or len(others) > 6:
    raise RuntimeError("FOUND " + str(strangers) + str(others))
""",
}
