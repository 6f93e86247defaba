"""What decides marks on a machine: judges on two machines agree if this is the same on both."""

from __future__ import annotations

import msgspec

_MOST_NAMED = 3


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """versions: what an instructor can compare. grader, units: digests of their source."""

    versions: dict[str, str]
    grader: str
    units: dict[str, str]


def difference(here: Identity, there: Identity) -> str:
    """How the judge over there differs, in words; empty if its marks are those from here."""
    names = sorted(here.versions.keys() | there.versions.keys())
    pairs = [(name, here.versions.get(name), there.versions.get(name)) for name in names]
    found = [
        f"{name} {theirs or 'none'} instead of {ours or 'none'}"
        for name, ours, theirs in pairs
        if ours != theirs
    ]
    if not found and here.grader != there.grader:
        found.append("another source of the grader")
    if not found:
        units = [name for name in here.units if there.units.get(name) != here.units[name]]
        found += [f"another source of the unit {name}" for name in units]
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return ", ".join(found[:_MOST_NAMED]) + more
