"""The class at a glance: right numbers, and nothing of the students' but text."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from autograder.agents.error_bounds import in_words
from autograder.checks.judge import NOT_SOLVED
from autograder.course import Course
from autograder.gradebook.final_mark import FinalMark
from autograder.rendering.text import plain, spreadsheet_cell
from autograder.report.files import write_csv, write_page
from autograder.report.rows import ClassReport
from autograder.report.table import print_class, print_result
from autograder.results import CheckResult, Result, Status, TaskResult
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import make_result

NASTY = '<img src=x onerror=alert(1)>\x1b[2J\x1b]0;owned\x07\u202e=cmd|" /C calc"!A0[red]'


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def report(unit: Unit) -> ClassReport:
    check = CheckResult("values", False, NASTY, NASTY)
    tasks = tuple(TaskResult(name, 0.0, points, (check,)) for name, points in unit.task_points)
    results = {
        "anna": make_result(unit),
        "bert": make_result(unit, 0.5),
        "carl": make_result(unit, 0.0, status=Status.GRADER_ERROR, message="bad luck"),
        "dora": make_result(unit, 0.0, status=Status.MISSING, evaluation=None),
        "=eve()": make_result(
            unit, tasks=tasks, status=Status.CRASHED, message=NASTY, warnings=(NASTY,)
        ),
        "fay": make_result(unit, sandboxed=False),
    }
    return ClassReport.of(unit, results)


def table(report: ClassReport) -> str:
    file = io.StringIO()
    print_class(report, file)
    return file.getvalue()


def lines_of(report: ClassReport) -> dict[str, list[str]]:
    lines = (line.split() for line in table(report).splitlines())
    return {line[0]: line[1:] for line in lines if line}


def test_the_table_has_status_points_total_and_mean_score(unit: Unit, report: ClassReport) -> None:
    lines = lines_of(report)
    points = [f"{points:g}" for _, points in unit.task_points]
    assert lines["anna"] == ["ok", *points, f"{unit.max_points:g}", "490.0"]
    assert lines["bert"][-2:] == [f"{unit.max_points / 2:g}", "445.0"]
    assert lines["dora"] == ["missing", *["0"] * len(points), "0"]


def test_a_grader_error_is_shown_as_no_mark(unit: Unit, report: ClassReport) -> None:
    assert lines_of(report)["carl"][:3] == ["grader", "error", "–"]
    assert {row.student: row.total for row in report.rows}["carl"] is None


def test_unsafe_results_are_announced(report: ClassReport) -> None:
    assert "UNSAFE: 1 results" in table(report)


def test_the_terminal_gets_no_control_sequence(report: ClassReport) -> None:
    file = io.StringIO()
    for row in report.rows:
        print_result(row.result, file)
    shown = table(report) + file.getvalue()
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "[red]" in shown  # shown, not obeyed


def test_no_cell_of_the_csv_is_a_formula(report: ClassReport, tmp_path: Path) -> None:
    path = write_csv(report, Course(tmp_path))
    rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    assert len(rows) == 1 + len(report.rows)
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert "\n" not in cell and "\x1b" not in cell
    by_name = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert float(by_name["anna"]["points"]) == report.unit.max_points
    assert by_name["anna"]["mean_score"] == "490.0"
    assert by_name["anna"]["mark"] == "final"
    assert by_name["carl"]["points"] == by_name["carl"]["mark"] == ""
    assert by_name["'=eve()"]["status"] == "crashed"
    assert by_name["fay"]["sandboxed"] == "NO (unsafe)"


def test_on_a_full_disk_the_old_files_stay_whole(report: ClassReport, tmp_path: Path) -> None:
    course = Course(tmp_path)
    earlier = replace(report, rows=report.rows[:1])
    files = [write_csv(earlier, course), write_page(earlier, course)]
    before = [path.read_bytes() for path in files]

    with room_for(100):
        for write in (write_csv, write_page):
            with pytest.raises(OSError, match="File too large"):
                write(report, course)

    assert [path.read_bytes() for path in files] == before
    assert sorted(files[0].parent.iterdir()) == sorted(files)


@contextmanager
def room_for(count: int) -> Iterator[None]:
    """No file may become longer than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1"])
def test_formulas_become_text(text: str) -> None:
    assert str(spreadsheet_cell(text)).startswith("'")


@pytest.mark.parametrize("text", ["x;=1+1", "x; @SUM(A1)", 'x;"=1+1"', "a;b;\t-1"])
def test_no_formula_begins_after_a_semicolon(text: str) -> None:
    """Where commas stand in numbers, spreadsheets divide the lines of a CSV there."""
    for part in str(spreadsheet_cell(text)).split(";"):
        assert not part.strip(' "').startswith(("=", "+", "-", "@"))


def test_numbers_and_words_stay() -> None:
    assert spreadsheet_cell(-1.5) == -1.5
    assert spreadsheet_cell("Müller, Ö.") == "Müller, Ö."
    assert spreadsheet_cell("1, -2; x = 3") == "1, -2; x = 3"
    assert spreadsheet_cell(None) is None


def test_plain_text_has_no_control_characters() -> None:
    assert plain("a\x1b[31mb\x07c\u202ed\nä€日本") == "a�[31mb�c�d ä€日本"
    assert plain("x" * 50, limit=10) == "x" * 9 + "…"


def test_the_page_shows_the_class_and_runs_nothing(report: ClassReport, tmp_path: Path) -> None:
    html = write_page(report, Course(tmp_path)).read_text(encoding="utf-8")
    page = BeautifulSoup(html, "html.parser")
    assert page.find_all(["img", "iframe", "form"]) == []
    [script] = page.find_all("script")  # its own
    assert script.string == resources.files("autograder.report").joinpath("tables.js").read_text()
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    assert (
        policy is not None
        and f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri"
        in str(policy["content"])
    )
    assert not {"\x1b", "\x07", "\u202e"} & set(html)
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
    text = page.get_text()
    assert "onerror=alert(1)" in text  # as text
    assert "Unsafe: 1 results" in text
    assert "grader error" in text
    records = Course.find().calibration(report.unit.assignment)
    assert in_words(report.unit.agent, records) in text


def test_the_page_links_each_feedback_page(unit: Unit, tmp_path: Path) -> None:
    feedback = tmp_path / "feedback" / "Müller, Ö" / unit.assignment / f"{unit.name}.html"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("here", encoding="utf-8")
    report = ClassReport.of(unit, {"Müller, Ö": make_result(unit)}, {"Müller, Ö": feedback})
    path = write_page(report, Course(tmp_path))
    link = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find("a")
    assert link is not None
    from urllib.parse import unquote

    assert (path.parent / unquote(str(link["href"]))).read_text(encoding="utf-8") == "here"


def test_the_mistakes_are_counted_most_frequent_first(unit: Unit) -> None:
    def result(*mistakes: str) -> Result:
        checks = tuple(CheckResult(name, False, name, f"It is {name}.") for name in mistakes)
        name, points = unit.task_points[0]
        return make_result(unit, tasks=(TaskResult(name, 0.0, points, checks),))

    results = {
        "anna": result("sign", "shape"),
        "bert": result("sign", "not_reached"),
        "carl": result("not_solved"),
    }
    mistakes = ClassReport.of(unit, results).mistakes
    assert [(one.mistake, one.students) for one in mistakes] == [
        ("sign", ("anna", "bert")),
        ("shape", ("anna",)),
    ]


def test_a_note_is_no_mistake(unit: Unit) -> None:
    name, points = unit.task_points[0]
    check = CheckResult("short", False, "long", "It could be shorter.", note=True)
    result = make_result(unit, tasks=(TaskResult(name, points, points, (check,)),))

    assert ClassReport.of(unit, {"anna": result}).mistakes == []


def test_each_student_with_a_mark_is_counted_once_for_each_task(unit: Unit) -> None:
    not_tried = CheckResult("values", False, NOT_SOLVED, "raises NotImplementedError")
    wrong = CheckResult("values", False, "sign_flipped", "The sign is flipped.")
    results = {"right": make_result(unit), "half": make_result(unit, 0.5)}
    for name, check in (("untouched", not_tried), ("wrong", wrong)):
        tasks = tuple(TaskResult(task, 0.0, points, (check,)) for task, points in unit.task_points)
        results[name] = make_result(unit, 0.0, tasks=tasks)
    for task in ClassReport.of(unit, results).summaries():
        assert (task.complete, task.partly, task.wrong, task.not_solved) == (1, 1, 1, 1)


def final(unit: Unit, **changes: Any) -> FinalMark:
    """The mark of somebody who solved everything."""
    tasks: dict[str, float | None] = {
        name.rsplit("/", 1)[-1]: points for name, points in unit.task_points
    }
    values: dict[str, Any] = {
        "tasks": tasks, "by_hand": 2.0, "by_hand_max": 2.0, "waiting": (), "penalty": 0.0,
        "seconds_late": 0.0, "max_points": unit.max_points + 2, "submission": "a1",
    }  # fmt: skip
    return FinalMark(**(values | changes))


def test_while_an_answer_is_to_be_graded_that_is_the_status_and_there_is_no_mark(
    unit: Unit, tmp_path: Path
) -> None:
    results = {"anna": make_result(unit), "bert": make_result(unit, status=Status.TIMEOUT)}
    waiting = final(unit, by_hand=0.0, waiting=("why",))
    report = ClassReport.of(unit, results, None, dict.fromkeys(results, waiting))
    statuses = ["to grade by hand", "timeout and to grade by hand"]

    with write_csv(report, Course(tmp_path)).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["ok", "timeout"]
    assert [row["mark"] for row in rows] == ["to grade by hand"] * 2
    assert [(row["to_grade"], row["by_hand"], row["points"]) for row in rows] == [("1", "", "")] * 2

    star = f"{unit.max_points:g}*"
    lines = table(report).splitlines()
    for student, status in zip(results, statuses, strict=True):
        assert any(
            line.split()[:1] == [student] and f" {status} " in line and f" {star} " in line
            for line in lines
        )
    assert "2 students: 1 to grade by hand, 1 timeout and to grade by hand." in lines

    page = page_of(report, tmp_path)
    cells = [row.select("td") for row in page.select("#students tbody tr")]
    assert [one[0].get_text() for one in cells] == statuses
    assert [one[1].get_text() for one in cells] == [star, star]


def page_of(report: ClassReport, folder: Path, formgrader: str = "") -> BeautifulSoup:
    path = write_page(report, Course(folder), formgrader)
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_the_page_has_the_names_of_the_roster_and_links_to_the_formgrader(
    unit: Unit, tmp_path: Path
) -> None:
    results = {"anna": make_result(unit), "bert": make_result(unit)}
    marks = {"anna": final(unit)}
    report = ClassReport.of(unit, results, None, marks, {"anna": "Anna <Berg>"})
    page = page_of(report, tmp_path, "http://localhost:8888/formgrader/")
    rows = page.select("#students tbody tr")
    assert [cell.get_text() for cell in rows[0].select(".name")] == ["anna", "Anna <Berg>"]
    links = [str(link["href"]) for link in page.select("a[href*=formgrader]")]
    assert links == ["http://localhost:8888/formgrader/submissions/a1/"]


def test_each_row_says_what_it_can_be_filtered_by(unit: Unit, tmp_path: Path) -> None:
    results = {name: make_result(unit) for name in ("anna", "bert")}
    results["carl"] = make_result(unit, status=Status.TIMEOUT)
    marks = {
        "anna": final(unit, seconds_late=99.0), "bert": final(unit, waiting=("q",)),
        "carl": final(unit),
    }  # fmt: skip
    page = page_of(ClassReport.of(unit, results, None, marks), tmp_path)
    kinds = [row["data-kinds"] for row in page.select("#students tbody tr")]
    assert kinds == ["ok|late", "ok|to grade by hand", "timeout"]
    offered = [option.get_text() for option in page.select("select option")]
    assert offered == ["all", "ok", "late", "to grade by hand", "timeout"]


def test_table_and_page_have_columns_for_lateness_where_anybody_was_late(
    unit: Unit, tmp_path: Path
) -> None:
    results = {name: make_result(unit) for name in ("anna", "bert")}
    in_time = ClassReport.of(unit, results, None, {name: final(unit) for name in results})
    late = final(unit, seconds_late=3 * 24 * 3600.0, penalty=1.5)
    report = ClassReport.of(unit, results, None, {"anna": final(unit), "bert": late})

    header, anna, bert = (columns(report)[name] for name in ("student", "anna", "bert"))
    assert header[-4:] == ["late", "penalty", f"/{unit.max_points + 2:g}", "score"]
    assert (anna[-2], bert[-5:-1]) == (
        f"{unit.max_points + 2:g}",
        ["3", "days", "-1.5", f"{unit.max_points + 0.5:g}"],
    )
    assert "penalty" not in table(in_time) and "late" not in table(in_time)

    page = page_of(report, tmp_path)
    heads = [head.get_text(" ", strip=True) for head in page.select("#students thead th")]
    place = next(number for number, text in enumerate(heads) if text.startswith("late"))
    assert heads[place + 1].startswith("penalty")
    cells = [row.select("th, td") for row in page.select("#students tbody tr")]
    assert [[cell.get_text() for cell in row[place : place + 2]] for row in cells] == [
        ["", ""],
        ["3 days", "-1.5"],
    ]
    heads = page_of(in_time, tmp_path).select("#students thead th")
    assert not any(head.get_text(strip=True).startswith(("late", "penalty")) for head in heads)


def columns(report: ClassReport) -> dict[str, list[str]]:
    """The words of each line of the table by its first one."""
    lines = (line.split() for line in table(report).splitlines())
    return {line[0]: line for line in lines if line}


def test_a_mistake_is_listed_once_with_everybody_who_made_it(unit: Unit, tmp_path: Path) -> None:
    name, points = unit.task_points[0]
    checks = tuple(CheckResult(one, False, "sign", "The sign is wrong.") for one in "ab")
    wrong = make_result(unit, tasks=(TaskResult(name, 0.0, points, checks),))
    report = ClassReport.of(unit, {"anna": wrong, "bert": wrong})
    [mistake] = report.mistakes
    assert (mistake.mistake, mistake.students) == ("sign", ("anna", "bert"))


def test_the_pass_rate_is_the_share_of_those_with_a_mark_who_have_all_points(unit: Unit) -> None:
    results = {"anna": make_result(unit), "bert": make_result(unit, 0.5)}
    results |= {"carl": make_result(unit, 0.0, status=Status.MISSING)}
    assert {task.pass_rate for task in ClassReport.of(unit, results).summaries()} == {0.5}


def test_learning_curves_lie_over_the_band_of_the_reference(unit: Unit, tmp_path: Path) -> None:
    results = {"anna": make_result(unit), "bert": make_result(unit, evaluation=None)}
    page = page_of(ClassReport.of(unit, results), tmp_path)
    assert [title.get_text() for title in page.select("svg title")] == ["anna"]
    assert page.select("svg .band") and page.select("svg .threshold")


def test_of_many_learning_curves_the_lowest_are_drawn(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.report.curves.MOST_CURVES", 1)
    results = {"anna": make_result(unit), "bert": make_result(unit, 0.1)}
    page = page_of(ClassReport.of(unit, results), tmp_path)
    assert [title.get_text() for title in page.select("svg title")] == ["bert"]
    assert "1 with higher final scores are not drawn" in page.get_text()


def test_the_page_of_a_large_class_is_small(unit: Unit, tmp_path: Path) -> None:
    results = {f"student{number:04}": make_result(unit, number % 3 / 2) for number in range(500)}
    pages = {name: tmp_path / "feedback" / name / "dqn.html" for name in results}
    marks = {name: final(unit, submission="a" * 32) for name in results}
    names = {name: f"First Name {name}" for name in results}
    report = ClassReport.of(unit, results, pages, marks, names)
    path = write_page(report, Course(tmp_path), "http://localhost:8888/formgrader")
    assert path.stat().st_size < 200_000 + 800 * len(results)
