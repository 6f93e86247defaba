"""What of the file system is there inside the sandbox."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SYSTEM_DIRECTORIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # often links into /usr
SYSTEM_FILES = (  # what the loader, the fonts and the clock read; no secret stands in them
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/mime.types",
)


@dataclass(frozen=True)
class Mounts:
    """What a worker sees besides the system and the interpreter, all of it read-only.

    `read_only` maps a path inside to the file or directory outside; started as root, the worker
    runs under a user id of its own, so what it shall read must be readable by everybody.
    `hidden` are paths inside that are covered with nothing, where they exist.
    """

    read_only: Mapping[Path, Path] = field(default_factory=dict)
    hidden: tuple[Path, ...] = ()


def interpreter_trees() -> tuple[Path, ...]:
    """Directories outside /usr that this Python needs, at the paths where it looks for them.

    A virtual environment may point to its interpreter through several links (uv, pyenv): every
    station has to be there.
    """
    trees = [Path(sys.prefix), Path(sys.base_prefix)]
    program = Path(sys.executable)
    while program.is_symlink():
        program = program.parent / os.readlink(program)
        trees.append(Path(os.path.normpath(program)).parent.parent)
    trees += [tree.resolve() for tree in trees]
    return tuple(
        sorted({tree for tree in trees if Path("/usr") not in (tree, *tree.parents)} - {Path("/")})
    )


def grader_copies() -> tuple[Path, ...]:
    """Where pip puts the grader's own package: it is none of the worker's business."""
    places = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    places |= {
        Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))
    }
    return tuple(sorted(place / "autograder" for place in places))


def system_arguments() -> Iterator[str]:
    """bwrap's arguments for the operating system's read-only part."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in SYSTEM_DIRECTORIES:
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", os.readlink(path), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    for file in SYSTEM_FILES:
        if os.path.exists(file):
            yield from ("--ro-bind", os.path.realpath(file), file)


def hiding_arguments(hidden: tuple[Path, ...], visible: Mapping[Path, Path]) -> Iterator[str]:
    """bwrap's arguments that cover each path of `hidden` which one of the `visible` trees has."""
    for path in hidden:
        outside = _outside(path, visible)
        if outside is None or not outside.exists():
            continue
        if outside.is_dir():
            yield from ("--size", "4096", "--tmpfs", str(path), "--remount-ro", str(path))
        else:
            yield from ("--ro-bind", "/dev/null", str(path))


def _outside(path: Path, visible: Mapping[Path, Path]) -> Path | None:
    """The path outside that is seen as `path` inside; the innermost bind counts."""
    for inside in sorted(visible, key=lambda tree: len(tree.parts), reverse=True):
        if path.is_relative_to(inside):
            return visible[inside] / path.relative_to(inside)
    return None
