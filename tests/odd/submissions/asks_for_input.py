"""Asks for keyboard input and opens a window."""

LAST = """
try:
    name = input("Your name? ")
except Exception:
    name = "nobody"
"""
ADDED = {"forward": "input('Continue?')"}
