"""How fast is the course: its trainings, its checks, and the grading of a class."""
