"""Works a little less than is allowed, in a thousand cells."""

FAMILY = "exhaust"
EXPECTED = "timeout"
HONEST = 2
LOST = True
SOLVED = ("double",)


def notebook(notebook):
    source = "import time\nend = time.process_time() + 2.5\nwhile time.process_time() < end: pass"
    for _ in range(1000):
        notebook["cells"].append({"cell_type": "code", "source": source, "metadata": {}})
    return notebook
