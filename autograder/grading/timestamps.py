"""When a submission was handed in, as its `timestamp.txt` says it."""

from __future__ import annotations

import codecs
import os
import re
import stat
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.parser import parse

FILE = "timestamp.txt"
#: What the exchange puts beside a student's own files.
RECEIPTS = (FILE, "submission_secret.txt")
LONGEST = 200

#: Hours ahead of UTC. Abbreviations that several zones share (IST, CST, BST) are left out.
_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_YEAR_FIRST = re.compile(r"\d{4}-?\d\d-?\d\d")
_DAY_FIRST = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_NAMED_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_NAMED_ZONE = re.compile(r"\[?\b([A-Z][A-Za-z]+/[A-Za-z_/+-]+)\]?$")


class NotATime(ValueError):
    """A text that does not say one moment; the text of this error says why."""


def handed_in_at(folder: Path) -> datetime | None:
    """The time in a submission's folder, in UTC and without a zone as nbgrader keeps it.

    None if there is no such file. Raises NotATime if it does not hold a time.
    """
    text = read_small_file(folder / FILE)
    return None if text is None else moment(text)


def known_time(folder: Path) -> datetime | None:
    """The time in a submission's folder; None if there is none, or none that is understood."""
    try:
        return handed_in_at(folder)
    except NotATime:
        return None


def moment(text: str) -> datetime:
    """The moment that a text names, in UTC and without a zone; where it names none, in UTC.

    Raises NotATime for a text that is no date and time, or could be several.
    """
    text = text.strip()
    if not text:
        raise NotATime("it is empty")
    named = _NAMED_ZONE.search(text)
    zone = _zone(named[1], None) if named else None
    day_first = _DAY_FIRST.match(text) is not None
    if not (_YEAR_FIRST.match(text) or day_first or _NAMED_MONTH.search(text)):
        raise NotATime("its date is not one like 2026-03-01 12:00 +01:00")
    try:
        when = parse(text[: named.start()] if named else text, dayfirst=day_first, tzinfos=_zone)
        when = when.replace(tzinfo=zone) if zone else when
        return when.astimezone(timezone.utc).replace(tzinfo=None) if when.tzinfo else when
    except NotATime:
        raise
    except (ValueError, OverflowError, TypeError, AttributeError):
        raise NotATime("it is not a date and time") from None


def read_small_file(path: Path) -> str | None:
    """A short ordinary file's text; None for links, devices, pipes, long or unreadable files."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LONGEST:
            return None
        data = file.read(LONGEST)
    marks = (code for mark, code in _BYTE_ORDER_MARKS.items() if data.startswith(mark))
    return data.decode(next(marks, "utf-8"), "replace").strip()


def _zone(name: str | None, seconds: int | None) -> tzinfo | None:
    """The time zone of this name or offset. Raises NotATime if the name is not known."""
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name is None:
        return None
    if name.upper() in _HOURS:
        return timezone(timedelta(hours=_HOURS[name.upper()]))
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise NotATime(
            f"its time zone {name} is not known: write the hours, as in +01:00"
        ) from None
