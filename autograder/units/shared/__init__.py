"""Checks that several units share."""
