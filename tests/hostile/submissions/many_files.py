"""Makes files without end."""

FAMILY = "exhaust"
EXPECTED = ("crashed", "timeout", "ok")
HONEST = 2
SOLVED = ("double",)
LAST = """
number = 0
while True:
    open(f"@MARK@-{number}", "w").close()
    number += 1
"""
