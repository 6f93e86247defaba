"""Writes a module with a magic and imports it, as notebooks do to keep their cells short."""

FIRST = """%%writefile my_tools.py
def twice(number):
    return 2 * number
"""
ABOVE = {"forward": "from my_tools import twice\nassert twice(2) == 4"}
