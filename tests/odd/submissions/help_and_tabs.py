"""Asks for help with a question mark, and indents with tabs."""

FIRST = "np.zeros?\nprint??"
LAST = "def twice(x):\n\tif x:\n\t\treturn 2 * x\n\treturn 0\n\ntwice(3)"
