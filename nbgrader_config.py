"""How nbgrader runs this course: as the autograder sets it up, with the changes made here."""

from autograder.gradebook.settings import configure

c = get_config()  # given by nbgrader, which runs this file

configure(c, __file__)
c.CourseDirectory.course_id = "reinforcement-learning"
<<<<<<< HEAD
=======
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
# A unit's source lies beside its notebook and holds the solution: never copied to students.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "__pycache__",
    "*.py",
    "*.pyc",
    "students",
    "calibration",
    "feedback",
]

# A submission is read as data and graded in the sandbox; nbgrader never executes it. It finds the
# marks in the outputs that the grader puts below the check cells.
c.Autograde.exporter_class = "autograder.gradebook.exporter.SubmissionExporter"
c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.CheckCellMetadata"]
c.Autograde.autograde_preprocessors = [
    "autograder.gradebook.preprocessors.ShowResult",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.gradebook.preprocessors.SaveStatus",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# `nbgrader zip_collect` takes what Moodle, Canvas and ILIAS let you download, archives within
# archives as well. For another system set c.FileNameCollectorPlugin.named_regexp.
c.ZipCollectApp.collector_plugin = "autograder.gradebook.downloads.LmsCollector"
c.ExtractorPlugin.zip_ext = [".zip", ".ZIP", ".gz", ".tgz", ".tar"]

# `nbgrader validate` runs a notebook with its trainings, which take longer than half a minute.
c.Execute.timeout = 1200

# In feedback and formgrader: what a student wrote is formatted, but nothing in it runs.
c.GenerateFeedback.exporter_class = "autograder.gradebook.feedback.FeedbackExporter"
c.HTMLExporter.filters = {"markdown2html": "autograder.gradebook.display.safe_markdown"}
c.HTMLExporter.preprocessors = ["autograder.gradebook.display.CleanCells"]

# `nbgrader export`: the status beside the score, and no name is a spreadsheet's formula.
c.ExportApp.plugin_class = "autograder.gradebook.export.MarksExportPlugin"
>>>>>>> 31a7e38 (zip_collect takes what Moodle, Canvas and ILIAS let an instructor download)
