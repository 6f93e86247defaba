"""Asks for an interactive back end in the same cell as its imports."""

FIRST = "%matplotlib notebook\nimport matplotlib.pyplot as plt\nimport math"
