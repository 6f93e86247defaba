"""Hands in JSON that is nested a million deep."""

FAMILY = "malformed notebook"
EXPECTED = "invalid notebook"
HONEST = 0


def notebook(notebook):
    return b'{"cells": ' + b"[" * 400_000 + b"]" * 400_000 + b"}"
