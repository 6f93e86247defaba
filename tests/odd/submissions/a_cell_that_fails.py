"""Has cells that raise: an experiment that went wrong, a syntax error, an interrupted one."""

FIRST = "undefined_name + 1"
ADDED = {"forward": "def broken(:\n    pass", "act": "raise KeyboardInterrupt"}
LAST = "assert False"
