"""One rehearsal: accounts, hub, exchange and a class day, and all of it gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rehearsal.accounts import accounts
from rehearsal.class_day import ClassDay, Person, expect
from rehearsal.course_folder import COURSE_ID, Exchange, set_up
from rehearsal.hub import running_hub
from rehearsal.installation import Installation

EXCHANGES = ("directory", "ngshare")
NAMES = ("rehearsal-teacher", "rehearsal-anna", "rehearsal-bert")


def rehearse(installation: Installation, exchange: str) -> dict[str, float]:
    """A class day with one of the EXCHANGES; the final marks. Raises Unexpected."""
    if exchange == "ngshare":
        installation.install_ngshare()
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal-", dir="/var/tmp") as folder,
        accounts(*NAMES) as people,
    ):
        place = Path(folder)
        place.chmod(0o755)
        state = place / "hub"
        state.mkdir(mode=0o700)
        with running_hub(installation, people, state, ngshare=exchange == "ngshare") as hub:
            if hub.ngshare_address is not None:
                way = Exchange.ngshare(hub.ngshare_address)
            else:
                way = Exchange.directory(place / "exchange")
            course = set_up(people[0], installation, way)
            teacher, anna, bert = (Person(account, hub.log_in(account)) for account in people)
            if way.folder is None:
                _make_course(installation, teacher, (anna, bert))
            return ClassDay(teacher, anna, bert, course, installation, way.folder).run()


def _make_course(installation: Installation, teacher: Person, students: tuple[Person, ...]) -> None:
    """Tell ngshare who takes part, as a teacher does it in a terminal of JupyterLab."""
    program = installation.prefix / "bin" / "ngshare-course-management"
    token = str(teacher.server.session.headers["Authorization"]).removeprefix("token ")
    for command in (
        ("create_course", COURSE_ID, teacher.name),
        *(("add_student", COURSE_ID, student.name) for student in students),
    ):
        done = teacher.account.run(
            program, *command, JUPYTERHUB_API_TOKEN=token, JUPYTERHUB_USER=teacher.name
        )
        expect(done.returncode == 0, f"{' '.join(command)}: {done.stdout} {done.stderr}")
