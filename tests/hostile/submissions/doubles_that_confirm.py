"""Replaces the checks' test doubles by ones that say that everything was asked as it should be."""

from tests.hostile.pieces import CONFIRMING_DOUBLES

FAMILY = "forge the result"
HONEST = 2
LAST = f"{CONFIRMING_DOUBLES}local.LocalStudent.same = lambda *arguments: True\n"
CELLS = {
    "double": "def double(x):\n    return 2 * x",
    "summed": "def summed(x):\n    return 0.0",
}
