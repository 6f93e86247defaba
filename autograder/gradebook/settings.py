"""nbgrader's settings for a course of this autograder: its folders, who grades, shows and exports.

A course's nbgrader_config.py calls `configure` and may change what it sets.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from traitlets.config import Config

from autograder.gradebook.command_path import put_scripts_on_path

OUR_TEMPLATES = Path(__file__).parent / "templates"
_NBGRADER = find_spec("nbgrader")  # not imported: that takes most of a second
assert _NBGRADER is not None and _NBGRADER.origin is not None
NBGRADERS_TEMPLATES = Path(_NBGRADER.origin).parent / "server_extensions/formgrader/templates"
#: Beside a unit's source and never copied to students.
NOT_FOR_STUDENTS = [
    ".ipynb_checkpoints",
    "__pycache__",
    "*.py",
    "*.pyc",
    "students",
    "calibration",
    "feedback",
]


def configure(c: Config, config_file: str) -> None:
    """Set up nbgrader for the course whose nbgrader_config.py is `config_file`."""
    put_scripts_on_path()

    c.CourseDirectory.root = str(Path(config_file).resolve().parent)
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "course"
    c.CourseDirectory.ignore = NOT_FOR_STUDENTS

    # Out of the exchange comes only what a student may hand in: no link, nothing of others. A
    # course with ngshare calls its configureExchange after this.
    c.ExchangeFactory.collect = "autograder.gradebook.collector.SafeCollect"
    c.ExchangeFactory.release_feedback = "autograder.gradebook.feedback_release.ReleaseFeedback"

    # A submission is read as data and graded in the sandbox; nbgrader never executes it. It finds
    # the marks in the outputs that the grader puts below the check cells.
    c.Autograde.exporter_class = "autograder.gradebook.exporter.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.CheckCellMetadata"]
    c.Autograde.autograde_preprocessors = [
        "autograder.gradebook.preprocessors.ShowResult",
        "nbgrader.preprocessors.SaveAutoGrades",
        "autograder.gradebook.preprocessors.SaveStatus",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]

    # Should these settings be missing one day, because of a mistake in a course's file, nbgrader
    # finds no kernel to run students' code in.
    c.GenerateAssignment.preprocessors.append("autograder.gradebook.no_kernel.ForbidExecution")

    # `nbgrader zip_collect` takes what Moodle, Canvas and ILIAS let you download, archives within
    # archives as well. For another system set c.FileNameCollectorPlugin.named_regexp.
    c.ZipCollectApp.collector_plugin = "autograder.gradebook.lms_collector.LmsCollector"
    c.ZipCollectApp.extractor_plugin = "autograder.gradebook.unpacking.SafeExtractor"
    c.SafeExtractor.zip_ext = [".zip", ".ZIP", ".gz", ".tgz", ".tar"]

    # `nbgrader validate` runs a notebook with its trainings: they take more than half a minute.
    c.Execute.timeout = 1200

    # In feedback and formgrader: what a student wrote is formatted, but nothing in it runs.
    c.GenerateFeedback.exporter_class = "autograder.gradebook.feedback.FeedbackExporter"
    c.HTMLExporter.filters = {"markdown2html": "autograder.gradebook.display.safe_markdown"}
    # The formgrader alone shows the rubric of a question.
    c.HTMLExporter.preprocessors = [
        "autograder.gradebook.display.CleanCells",
        "autograder.gradebook.marking.ShowRubrics",
    ]
    # The formgrader loads nothing from other servers: not every room has a network, and a script
    # from elsewhere could change marks.
    c.HTMLExporter.extra_template_basedirs = [str(OUR_TEMPLATES), str(NBGRADERS_TEMPLATES)]

    # `nbgrader export`: the status beside the score, and no name is a spreadsheet's formula.
    c.ExportApp.plugin_class = "autograder.gradebook.export.MarksExportPlugin"
