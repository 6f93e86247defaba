"""Puts markup, control sequences and formulas wherever a message is made from."""

FAMILY = "poison the instructor"
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": """
evil = "</td><script>fetch('http://127.0.0.1:@PORT@')</script>\\x1b]0;owned\\x07=HYPERLINK(1)\\x1b[2J"

def largest(x):
    raise type(evil, (Exception,), {})(evil)
""",
    "account": "raise RuntimeError('<img src=x onerror=alert(1)> \\x1b[31m')",
}
