"""Where the final marks of a unit are shown: each place is read as its reader reads it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader.apps.exportapp import ExportApp

from autograder.class_run import report_class, report_course
from autograder.course import Course
from autograder.gradebook.lms.export import FORMATS, export_marks
from autograder.units import Unit


@dataclass(frozen=True)
class Seen:
    """A mark as one place shows it. waits: an answer is still to be graded by hand."""

    points: float | None
    waits: bool


#: Students and their marks, by student.
Marks = dict[str, Seen]


@dataclass(frozen=True)
class Places:
    """Everything that shows the marks of a unit in a course."""

    course: Course
    unit: Unit

    @property
    def reports(self) -> Path:
        return self.course.root / "reports" / self.unit.assignment

    def with_what_there_is_so_far(self, printed: str) -> Iterator[tuple[str, Marks]]:
        """The places that show a preliminary mark, and say so. printed: what a run printed."""
        yield "terminal", self.table(printed)
        yield "class page", self.class_page()
        yield "course page", self.course_page()
        yield "gradebook", self.gradebook()
        yield "feedback", self.feedback()

    def with_final_marks_alone(self) -> Iterator[tuple[str, Marks]]:
        """The places that omit a student whose written answer is still ungraded."""
        yield "marks.csv", self.csv()
        yield "nbgrader export", self.nbgraders_export()
        for system in FORMATS:
            with redirect_stdout(io.StringIO()):
                export_marks(self.course, self.unit, system)
        yield "moodle", self.moodle()
        yield "canvas", self._column("canvas.csv", "SIS Login ID", self.unit.title)
        yield "ilias", self._column("status.csv", "login", "mark")
        yield "gradescope", self.gradescope()

    def reported_again(self) -> str:
        """What `autograder report` prints; it writes files and pages once more."""
        printed = io.StringIO()
        with redirect_stdout(printed):
            assert report_class(self.course, self.unit) == 0
            assert report_course(self.course) == 0
        return printed.getvalue()

    def table(self, printed: str) -> Marks:
        """The table of a run; the mark stands before the agent's mean score."""
        lines = (line.split() for line in printed.splitlines())
        rows = (words for words in lines if len(words) > 3 and not words[0].endswith(":"))
        numbers = (words for words in rows if re.fullmatch(r"\d+\.\d", words[-1]))
        return {words[0]: _starred(words[-2]) for words in numbers}

    def class_page(self) -> Marks:
        return self._page(self.reports / "class.html", "final")

    def course_page(self) -> Marks:
        return self._page(self.course.root / "reports" / "course.html", self.unit.name)

    def _page(self, page: Path, column: str) -> Marks:
        """The column of a page's table of students; what it is sorted by is what it shows."""
        html = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        head, *rows = html.select("#students tr")
        columns = [cell.get_text(" ").split()[0] for cell in head.find_all("th")]
        marks = {}
        for row in rows:
            cells = row.find_all(["th", "td"])
            cell = cells[columns.index(column)]
            seen = _starred(cell.get_text(strip=True))
            if cell.has_attr("data-sort") and cell["data-sort"]:
                assert abs(float(cell["data-sort"]) - seen.points) < 1e-6
            marks[cells[0].get_text(strip=True)] = seen
        return marks

    def gradebook(self) -> Marks:
        """As nbgrader's own formgrader has it."""
        with Gradebook(f"sqlite:///{self.course.root / 'gradebook.db'}") as gradebook:
            return {
                one.student.id: Seen(
                    one.score - (one.late_submission_penalty or 0.0), one.needs_manual_grade
                )
                for one in gradebook.assignment_submissions(self.unit.assignment)
            }

    def feedback(self) -> Marks:
        pages = self.course.root.glob(f"feedback/*/{self.unit.assignment}/{self.unit.name}.html")
        return {page.parts[-3]: self._of_feedback(page) for page in pages}

    def _of_feedback(self, page: Path) -> Seen:
        html = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        heading = html.select_one("h4")
        assert heading is not None and html.select("div.nbgrader_cell"), "a whole page"
        score = re.search(r"\(Score: ([-\d.]+) / [\d.]+\)", heading.get_text())
        assert score is not None
        return Seen(float(score[1]), "still to be graded by hand" in heading.get_text())

    def csv(self) -> Marks:
        rows = self._rows(self.reports / "marks.csv")
        return {
            row["student"]: Seen(_number(row["points"]), row["to_grade"] != "0")
            for row in rows
            if row["status"] != "missing"
        }

    def nbgraders_export(self) -> Marks:
        path = self.course.root / "grades.csv"
        app = ExportApp()
        app.load_cwd_config = False
        app.initialize([f"--ExportPlugin.to={path}"], root=str(self.course.root))
        app.start()
        return {
            row["student_id"]: Seen(_number(row["score"]), "to grade by hand" in row["status"])
            for row in self._rows(path)
            if row["assignment"] == self.unit.assignment and row["status"] != "missing"
        }

    def moodle(self) -> Marks:
        """Moodle knows people by their address, which only the roster can tell."""
        with Gradebook(f"sqlite:///{self.course.root / 'gradebook.db'}") as gradebook:
            ids = {one.email: str(one.id) for one in gradebook.students}
        title = f"Assignment: {self.unit.title} (Real)"
        marks = self._column("moodle.csv", "Email address", title)
        return {ids[address]: mark for address, mark in marks.items()}

    def gradescope(self) -> Marks:
        """What is shown for each part adds up to the mark."""
        with zipfile.ZipFile(self.reports / "gradescope-autograder.zip") as archive:
            results = json.loads(archive.read("results_by_student.json"))["sid"]
        with Gradebook(f"sqlite:///{self.course.root / 'gradebook.db'}") as gradebook:
            ids = {str(one.id).lower(): str(one.id) for one in gradebook.students}
        marks = {}
        for sid, result in results.items():
            if sid in ids:
                assert abs(sum(part["score"] for part in result["tests"]) - result["score"]) < 1e-6
                marks[ids[sid]] = Seen(float(result["score"]), False)
        return marks

    def _column(self, file: str, who: str, what: str) -> Marks:
        rows = self._rows(self.reports / file)
        return {row[who]: Seen(float(row[what]), False) for row in rows if row[who]}

    def _rows(self, path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def _starred(text: str) -> Seen:
    """A mark, with a star where an answer is still to be graded by hand."""
    return Seen(_number(text.removesuffix("*").strip("–")), text.endswith("*"))


def _number(text: str) -> float | None:
    return float(text) if text else None
