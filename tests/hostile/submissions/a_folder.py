"""Hands in a folder with the notebook's name."""

FAMILY = "poison the files"
EXPECTED = "invalid notebook"
HONEST = 0


def place(path):
    path.mkdir()
