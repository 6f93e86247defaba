"""Stops its own process, so that it neither answers nor ends."""

FAMILY = "die"
EXPECTED = "timeout"
HONEST = 4
SOLVED = ("double", "account")
CELLS = {
    "largest": "import os\n\ndef largest(x):\n    os.kill(os.getpid(), 19)\n    return x[:, 0]",
}
