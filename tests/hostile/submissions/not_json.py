"""Hands in something that is no JSON."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0


def notebook(notebook):
    return b"\xff\xfe\x00not a notebook" * 100
