"""Hands in a second name of somebody else's file."""

FAMILY = "poison the files"
EXPECTED = "invalid notebook"
HONEST = 0


def place(path):
    secret = path.with_name("secret")
    secret.write_text('{"cells": []}')
    path.hardlink_to(secret)
