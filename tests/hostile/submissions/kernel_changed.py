"""Asks for a kernel of its own making, with a command line."""

FAMILY = "malformed notebook"
HONEST = 2
SOLVED = ("double",)


def notebook(notebook):
    notebook["metadata"]["kernelspec"] = {
        "name": "../../evil",
        "argv": ["/bin/sh", "-c", "touch /tmp/@MARK@"],
        "language": "sh",
    }
    return notebook
