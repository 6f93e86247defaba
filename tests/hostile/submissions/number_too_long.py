"""Hands in a number of a million digits."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0


def notebook(notebook):
    return b'{"cells": [], "nbformat": ' + b"9" * 1_000_000 + b"}"
