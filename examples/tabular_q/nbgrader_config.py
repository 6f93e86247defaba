"""How nbgrader runs this course: as the autograder sets it up, with the changes made here."""

from autograder.gradebook.settings import configure

c = get_config()

configure(c, __file__)
c.CourseDirectory.course_id = "my_course"
