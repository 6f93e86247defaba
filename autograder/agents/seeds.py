"""The seeds of a training: the grader's own, and the one that the student's process is told."""

from __future__ import annotations

import hashlib


def derived_seed(secret: bytes, *names: str) -> int:
    """A seed below 2**62 that only the holder of the secret knows; the same for everybody.

    So wide that nobody finds it by trying from what is drawn with it.
    """
    digest = hashlib.blake2b("\0".join(names).encode(), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big") % 2**62


def student_seed(seed: int) -> int:
    """The seed below 2**31 that the student's process is told.

    The grader's own, with which disguise and environments are drawn, cannot be found from it.
    """
    digest = hashlib.blake2b(b"told" + seed.to_bytes(8, "big"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 2**31
