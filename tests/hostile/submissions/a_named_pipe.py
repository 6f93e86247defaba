"""Hands in a named pipe, at which a reader waits for ever."""

FAMILY = "poison the files"
EXPECTED = "invalid notebook"
HONEST = 0


def place(path):
    import os

    os.mkfifo(path)
