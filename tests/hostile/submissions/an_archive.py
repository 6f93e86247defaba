"""Hands in a compressed file that would fill the disk."""

FAMILY = "poison the files"
EXPECTED = "invalid notebook"
HONEST = 0


def place(path):
    import gzip

    path.write_bytes(gzip.compress(bytes(50 << 20)))
