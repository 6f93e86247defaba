"""Replaces its home directory by a link and leaves links to everything."""

FAMILY = "touch the host"
HONEST = 2
SOLVED = ("double",)
LAST = """
import os
import shutil
for number, target in enumerate(("/", "/etc/passwd", "/proc/1/root", "..", "/grader")):
    os.symlink(target, f"@MARK@-{number}")
shutil.rmtree("/tmp/home", ignore_errors=True)
try:
    os.symlink("/", "/tmp/home")
except OSError:
    pass
"""
