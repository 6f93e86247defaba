"""Which processes still run."""

from collections.abc import Iterable

import psutil


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended is not alive, whether its parent has noticed or not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """The ones that run; any of them may end at any time."""
    return [process for process in processes if is_alive(process)]
