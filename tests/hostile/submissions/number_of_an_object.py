"""Invents numbers of objects that the grader then names."""

FAMILY = "feed the grader poison"
EXPECTED = ("protocol", "crashed")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "account": """
import json

def Account():
    json.dumps = lambda *arguments, **keywords: '{"value": {"object": [-7, "x"]}, "arrays": []}'
""",
}
