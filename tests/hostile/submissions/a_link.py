"""Hands in a link to another student's notebook."""

FAMILY = "poison the files"
EXPECTED = "invalid notebook"
HONEST = 0


def place(path):
    path.symlink_to(path.parents[2] / "neighbour" / path.parent.name / path.name)
