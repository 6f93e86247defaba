"""Displays a million things and a picture of two gigabytes."""

FAMILY = "exhaust"
EXPECTED = ("ok", "timeout", "memory")
HONEST = 2
SOLVED = ("double",)
LAST = """
from IPython.display import HTML, Image, display
for _ in range(1_000_000):
    display(HTML("<script>alert(1)</script>"))
display(Image(data=b"x" * (2 << 30)))
"""
