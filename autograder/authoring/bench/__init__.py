"""How fast is the course: its trainings, and the grading of a class."""
