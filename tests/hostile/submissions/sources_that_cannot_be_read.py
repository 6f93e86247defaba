"""Lets Python fail, or end, when it looks up the line of an error."""

FAMILY = "rewrite what is run later"
EXPECTED = ("ok", "crashed")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
import linecache

def unreadable(*arguments, **keywords):
    raise SystemExit("no line for you")

linecache.getline = linecache.getlines = linecache.checkcache = unreadable
linecache.lazycache = unreadable

def largest(x):
    return x[17]
""",
}
