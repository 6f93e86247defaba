"""Replaces the notebook's variables by a dictionary in which every name stands for an answer."""

FAMILY = "always-equal answers"
EXPECTED = ("ok", "crashed", "protocol")
HONEST = 2
SOLVED = ("double",)
LAST = """
class Everything(dict):
    def __contains__(self, name):
        return True
    def __missing__(self, name):
        return lambda *arguments, **keywords: arguments[0] if arguments else self
    def get(self, name, default=None):
        return self[name]

shell = get_ipython()
answers = Everything(shell.user_ns)
for name in ("largest", "Account", "summed", "keep", "read_back", "reading"):
    answers.pop(name, None)
shell.user_ns = answers
"""
