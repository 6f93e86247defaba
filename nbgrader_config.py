"""How nbgrader runs this course: as the autograder sets it up, with the changes made here."""

from autograder.gradebook.settings import configure

c = get_config()  # given by nbgrader, which runs this file

configure(c, __file__)
c.CourseDirectory.course_id = "reinforcement-learning"
