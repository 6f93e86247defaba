"""Hands in a link to a device that never ends."""

FAMILY = "poison the files"
EXPECTED = "invalid notebook"
HONEST = 0


def place(path):
    path.symlink_to("/dev/zero")
