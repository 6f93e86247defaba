"""`nbgrader zip_collect` for what Moodle, Canvas and ILIAS let an instructor download."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from nbgrader.plugins import FileNameCollectorPlugin
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Unicode

from autograder.gradebook.address import Address
from autograder.gradebook.downloads import Participant, System, Upload, upload_of, uploads
from autograder.gradebook.roster import Person, roster
from autograder.gradebook.uploaders import Found, find_students
from autograder.grading.hand_ins import LATE, is_student_id
from autograder.grading.notebook_file import MAX_BYTES
from autograder.grading.timestamps import RECEIPTS
from autograder.rendering.text import plain

#: What systems and editors put into folders by themselves.
_JUNK = re.compile(r"(^|/)(__MACOSX|\.[^/]*|Thumbs\.db|desktop\.ini)(/|$)")


class LmsCollector(FileNameCollectorPlugin):
    """Knows the three systems' names; `named_regexp`, where it is set, goes before them."""

    timezone = Unicode(
        "UTC", help="The time zone of the times in ILIAS's file names, as in Europe/Berlin."
    ).tag(config=True)
    late_prefix = Unicode(
        "Late Submission - ",
        help="What ILIAS writes before the name of a late file, in your language and plain ASCII.",
    ).tag(config=True)

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """What nbgrader wants to know of one file; None, and a warning, if it is left out."""
        if self.named_regexp:
            own: dict[str, str] | None = super().collect(submitted_file)
            return own
        path = Path(submitted_file)
        inside = path.relative_to(self._extracted())
        unpacked = path.with_suffix("").is_dir()  # an archive, whose files are beside it by now
        if _JUNK.search(inside.as_posix()) or unpacked or path.is_symlink() or not path.is_file():
            return None
        if path.stat().st_size > MAX_BYTES:
            self.log.warning("Larger than %s MiB, left out: %s", MAX_BYTES >> 20, inside)
            return None
        upload = upload_of(inside)
        if upload is None:
            self.log.warning("No student is named in %s: left out", inside)
            return None
        upload = self._told_late(upload)
        if Path(upload.file).name in RECEIPTS:
            self.log.warning("The time of an upload is the system's, left out: %s", inside)
            return None
        student = self._students()[upload.participant].student
        if not is_student_id(student):
            self.log.error("Not a student's name, left out: %r in %s", student, inside)
            return None
        if upload.time:
            time = self._in_utc(upload.time)
            return {"student_id": student, "file_id": upload.file, "timestamp": time}
        # nbgrader keeps a time or nothing: the name of a folder says what no time says.
        place = f"{LATE}{upload.participant.system.value}/" if upload.late else ""
        return {"student_id": student, "file_id": place + upload.file}

    def _told_late(self, upload: Upload) -> Upload:
        """In ILIAS the beginning of the file's own name says that it is late."""
        is_ilias = upload.participant.system is System.ILIAS
        if is_ilias and self.late_prefix and upload.file.startswith(self.late_prefix):
            return replace(upload, late=True, file=upload.file.removeprefix(self.late_prefix))
        return upload

    def _students(self) -> dict[Participant, Found]:
        """Who everybody in the download is, said once before the first file."""
        if not hasattr(self, "_found"):
            everybody = (upload.participant for upload in uploads(self._extracted()))
            self._found = find_students(everybody, self._people())
            for participant, found in self._found.items():
                self._say(participant, found)
        return self._found

    def _say(self, participant: Participant, found: Found) -> None:
        say = self.log.info if found.is_sure else self.log.warning
        name = plain(participant.name, 60)
        shown = f"{name} ({participant.system.value} {participant.number})"
        if found.remark:
            say("%s: %s", shown, plain(found.remark, 300))
        if found.student == participant.student or not is_student_id(participant.student):
            return
        coursedir = self.parent.coursedir
        earlier = Path(
            coursedir.format_path(
                coursedir.submitted_directory, participant.student, coursedir.assignment_id
            )
        )
        if earlier.is_dir():
            self.log.warning("%s: remove %s if it is the same work", shown, earlier)

    def _people(self) -> list[Person]:
        """The roster; nobody, if there is no gradebook yet."""
        address = Address.of(self.parent.coursedir)
        if not address.exists:
            return []
        try:
            with address.open() as gradebook:
                return roster(gradebook)
        except (SQLAlchemyError, ImportError, OSError) as error:
            cause = str(getattr(error, "orig", None) or error)
            self.parent.fail("The roster cannot be read: %s. Nothing was collected.", cause)
            raise

    def _extracted(self) -> Path:
        app = self.parent
        return Path(app._format_collect_path(app.extracted_directory))

    def _in_utc(self, digits: str) -> str:
        local = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=ZoneInfo(self.timezone))
        return local.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
