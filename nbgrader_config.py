"""How nbgrader runs this course: where its files are."""

from __future__ import annotations

import os

from traitlets.config import get_config

c = get_config()

c.CourseDirectory.course_id = "reinforcement-learning"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
# A unit's source lies beside its notebook and holds the solution: never copied to students.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.py", "*.pyc", "feedback"]
