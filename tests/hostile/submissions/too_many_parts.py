"""Hands in twenty megabytes of empty lists, which take much more once they are read."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0


def notebook(notebook):
    return b'{"cells": [], "metadata": {"x": [' + b"[]," * (6 << 20) + b"[]]}}"
