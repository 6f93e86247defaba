"""What students get: notebooks, a wheel of what they import, and how to install it. No solutions.

The folder can be published as a repository of its own, or zipped and put into a course's website.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path, PurePosixPath
from string import Template

from autograder.authoring.build import stale, units_with_source
from autograder.authoring.first_cell import (
    DISTRIBUTION,
    address_advice,
    published,
    wheel_name,
)
from autograder.authoring.leaks import Leak, leaks
from autograder.authoring.wheel import student_wheel
from autograder.course import Course, CourseError
from autograder.notebook.packages import EXTRAS
from autograder.units import Unit
from helpers.setup import OLDEST, last_python

#: Lists the files of a release, so that the next one removes those that it does not have.
MANIFEST = ".release"
#: The templates of files that are more than notebooks, and what the files are called.
_TEXTS = {
    "README.md.template": "README.md",
    "requirements.txt.template": "requirements.txt",
    "environment.yml.template": "environment.yml",
    "pyproject.toml.template": "pyproject.toml",
    "gitattributes.template": ".gitattributes",
    "gitignore.template": ".gitignore",
}
_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"


def run_release(course: Course, units: list[Unit], output: Path) -> int:
    """Write the release of these units (none: of all) and say what it is for."""
    units = units or units_with_source(course)
    files, repeated = release(course, units, output)
    names = ", ".join(unit.name for unit in units)
    print(f"{output}: {len(files)} files, what students need for {names}.")
    for leak in repeated:
        print(f"{leak.file} shows the solution of {leak.exercise}: hand it out after that is due.")
    print("Publish the folder as a repository, or zip it; its README.md tells students the rest.")
    advice = address_advice(course)
    if advice is not None:
        print(advice)
    return 0


def release(course: Course, units: list[Unit], output: Path) -> tuple[list[Path], list[Leak]]:
    """Write what the students of these units get into a folder.

    Returns the files, and the solutions that the notebook of another unit shows, because it builds
    on them. The folder is new, or one that an earlier release wrote: then only that release's files
    are replaced or removed. An older wheel is kept: notebooks saved on Colab ask for it. Raises
    CourseError for any other folder, where the notebooks are not those of the sources, and where
    anything else shows a solution.
    """
    old = _files_of_earlier_release(output)
    outdated = stale(course, units)
    if outdated:
        notebook = outdated[0].relative_to(course.root)
        raise CourseError(f"{notebook} is not up to date: run `autograder build` first.")
    files = contents(course, units)
    repeated = list(leaks(course, units, files))
    for leak in repeated:
        if leak.file not in _notebooks_of_others(units, leak):
            raise CourseError(f"{leak.file} shows the solution of {leak.exercise}.")
    for name in old - files.keys():
        if not name.endswith(".whl"):
            (output / name).unlink(missing_ok=True)
    for name, data in files.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return [output / name for name in files], repeated


def contents(course: Course, units: list[Unit]) -> dict[str, bytes]:
    """The bytes of every file of a release, by its path in the folder."""
    files: dict[str, bytes] = {}
    for unit in units:
        folder = course.released(unit.assignment).parent
        for path in _released_files(folder):
            files[f"{unit.assignment}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    files[wheel_name()] = student_wheel(units)
    extras = _extras(units)
    last = _last_python(extras)
    values = {
        "title": "Reinforcement learning",
        "distribution": DISTRIBUTION,
        "wheel": wheel_name(),
        "extras": f"[{','.join(extras)}]" if extras else "",
        "requires_python": f">=3.{OLDEST}" + ("" if last is None else f",<3.{last + 1}"),
        "pythons": _pythons(last),
        "table": _table(course, units),
        "colab": _on_colab(course),
    }
    templates = resources.files("autograder.authoring") / "student_files"
    for template, name in _TEXTS.items():
        text = (templates / template).read_text(encoding="utf-8")
        files[name] = Template(text).substitute(values).encode()
    files[MANIFEST] = "".join(f"{name}\n" for name in sorted([*files, MANIFEST])).encode()
    return files


def _files_of_earlier_release(output: Path) -> set[str]:
    """What the manifest in a folder lists.

    Raises CourseError for a folder without one, unless it is empty or just a new git repository.
    """
    if not output.exists():
        return set()
    manifest = output / MANIFEST
    if output.is_dir() and manifest.is_file():
        names = manifest.read_text(encoding="utf-8").split("\n")
        return {name for name in names if name and _is_inside(name)}
    if not output.is_dir() or any(path.name != ".git" for path in output.iterdir()):
        raise CourseError(
            f"{output} holds other files: choose a new folder, or that of an earlier release."
        )
    return set()


def _notebook(unit: Unit) -> str:
    """The path of a unit's notebook in a release."""
    return f"{unit.assignment}/{unit.name}.ipynb"


def _notebooks_of_others(units: list[Unit], leak: Leak) -> list[str]:
    """The notebooks of the units to which an exercise does not belong."""
    return [_notebook(unit) for unit in units if not leak.exercise.startswith(f"{unit.name}/")]


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _released_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".ipynb_checkpoints" not in path.parts:
            yield path


def _extras(units: list[Unit]) -> list[str]:
    """The extras that bring the units' frameworks."""
    frameworks = {unit.framework for unit in units}
    return [extra for framework, extra in EXTRAS.items() if framework in frameworks]


def _last_python(extras: list[str]) -> int | None:
    """The minor version of the last Python that has all extras; None if none is the last."""
    return min((last for extra in extras if (last := last_python(extra)) is not None), default=None)


def _pythons(last: int | None) -> str:
    """The versions of Python with which the notebooks work, as the README says it."""
    if last is None:
        return f"Python 3.{OLDEST} or later"
    return f"Python 3.{OLDEST} to 3.{last}; with a newer one, only the notebooks without Keras work"


def _table(course: Course, units: list[Unit]) -> str:
    """A row for each notebook, with the badge that opens it on Colab where that is possible."""
    place = published(course)
    lines = ["| notebook | what you build | |", "|---|---|---|"]
    for unit in units:
        notebook = _notebook(unit)
        url = None if place is None else place.on_colab(notebook)
        badge = "" if url is None else f"[![Open in Colab]({_BADGE})]({url})"
        lines.append(f"| [{unit.title or unit.name}]({notebook}) | {unit.about} | {badge} |")
    return "\n".join(lines)


def _on_colab(course: Course) -> str:
    place = published(course)
    if place is None:
        return "This copy of the course is not set up for Colab."
    opened = "Click the badge of a notebook" if place.on_github else "Upload a notebook to Colab"
    return (
        f"{opened} and run its cells from top to bottom. The first one installs the course. Save "
        "a copy to your Google Drive, or your work is gone when the window closes. A box in the "
        "first cell keeps there what the notebook saves, too."
    )
