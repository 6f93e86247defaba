"""One answer out of the cells in which a student may have left it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from autograder.grading.cell_names import begins_indented, definitions, same_text
from autograder.grading.notebook_file import Picture, RawCell


@dataclass(frozen=True)
class Answer:
    """What a student answered.

    parts_before: cells that run before it, the upper parts of a split cell. edited: it differs
    from the released stub. used: added cells that are part of it now.
    """

    source: str
    edited: bool
    parts_before: tuple[RawCell, ...] = ()
    pictures: tuple[Picture, ...] = ()
    warnings: tuple[str, ...] = ()
    used: tuple[RawCell, ...] = ()


def answer_in_code(name: str, released: NotebookNode, parts: Sequence[RawCell]) -> Answer:
    """The answer to a programming exercise, out of every cell that carries its name."""
    if not parts:
        return Answer("", edited=False)
    warnings = []
    edited = _edited(parts, released)
    kept = _joined_halves(_without_older_versions(edited)) or [parts[0]]
    if len(parts) > 1:
        how = "the edited one counts" if len(kept) == 1 else "its parts ran one after the other"
        warnings.append(f"solution cell {name} is there {len(parts)} times: {how}")
    if kept[-1].cell_type != released.cell_type:
        warnings.append(
            f"solution cell {name} had its type changed: it ran as {released.cell_type}"
        )
    before = tuple(replace(cell, cell_type="code", not_graded=False) for cell in kept[:-1])
    return Answer(kept[-1].source, bool(edited), before, warnings=tuple(warnings))


def answer_in_words(
    name: str,
    released: NotebookNode,
    parts: Sequence[RawCell],
    nearby: Sequence[RawCell],
    prompt: tuple[NotebookNode | None, Sequence[RawCell]],
) -> Answer:
    """The answer to a question: its own cell, or else the text around an untouched one.

    nearby: added cells right above and below. prompt: the cell above, as released and as handed
    in, into which the answer may have been written.
    """
    edited = _edited(parts, released)
    if edited:
        warnings = []
        if len(edited) > 1:
            warnings.append(f"the answer to {name} is in {len(edited)} cells: they were joined")
        if any(cell.cell_type != released.cell_type for cell in edited):
            warnings.append(f"the answer to {name} had its type changed: it is shown as text")
        return _in_words(edited, warnings)
    text = [cell for cell in nearby if cell.source.strip()]
    if text:
        where = f"the answer to {name} stands in a cell of its own: it was taken from there"
        answer = _in_words([_quoted(cell) for cell in text], [where])
        return replace(answer, used=tuple(cell for cell in text if cell.cell_type != "code"))
    written = _lines_added(*prompt)
    if written:
        where = f"the answer to {name} stands in the cell above it: it was taken from there"
        return _in_words(written, [where])
    return Answer(parts[0].source if parts else "", edited=False)


def _in_words(cells: Sequence[RawCell], warnings: Iterable[str]) -> Answer:
    """Texts one below the other, their pictures under names of their own."""
    sources, pictures = [], []
    for number, cell in enumerate(cells):
        source = cell.source
        for picture in cell.pictures:
            unique = (
                picture if len(cells) == 1 else replace(picture, name=f"{number}-{picture.name}")
            )
            source = source.replace(f"(attachment:{picture.name})", f"(attachment:{unique.name})")
            pictures.append(unique)
        sources.append(source.strip("\n"))
    text = sources[0] if len(cells) == 1 else "\n\n".join(sources)
    return Answer(text, edited=True, pictures=tuple(pictures), warnings=tuple(warnings))


def _edited(parts: Sequence[RawCell], released: NotebookNode) -> list[RawCell]:
    """The parts that a student wrote, each text once; an emptied cell only where it is all."""
    changed = [cell for cell in parts if not same_text(cell.source, released.source)]
    written = [cell for cell in changed if cell.source.strip()]
    last = {cell.source.strip(): place for place, cell in enumerate(written)}
    once = [cell for place, cell in enumerate(written) if last[cell.source.strip()] == place]
    return once or (changed[:1] if len(changed) == len(parts) else [])


def _without_older_versions(parts: list[RawCell]) -> list[RawCell]:
    """Without the parts of which a later one defines everything anew."""
    kept: list[RawCell] = []
    newer: frozenset[str] = frozenset()
    for cell in reversed(parts):
        own = definitions(cell.source)
        if not own or not own <= newer:
            kept.append(cell)
        newer |= own
    return kept[::-1]


def _joined_halves(parts: list[RawCell]) -> list[RawCell]:
    """A part that begins with an indented line goes on where the one before it ended."""
    joined: list[RawCell] = []
    for cell in parts:
        if joined and begins_indented(cell.source):
            whole = joined[-1].source.rstrip("\n") + "\n" + cell.source
            joined[-1] = replace(joined[-1], source=whole)
        else:
            joined.append(cell)
    return joined


def _quoted(cell: RawCell) -> RawCell:
    """A code cell's text as Markdown shows code."""
    if cell.cell_type != "code":
        return cell
    return replace(cell, source=f"~~~~\n{cell.source}\n~~~~")


def _lines_added(released: NotebookNode | None, handed_in: Sequence[RawCell]) -> list[RawCell]:
    """What was written into a given Markdown cell."""
    if released is None or released.cell_type != "markdown":
        return []
    known = {line.strip() for line in released.source.splitlines()}
    added = []
    for cell in handed_in:
        lines = [line for line in cell.source.splitlines() if line.strip() not in known]
        if any(line.strip() for line in lines):
            added.append(replace(cell, source="\n".join(lines)))
    return added
