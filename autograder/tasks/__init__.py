"""What is asked of a student: one module a unit, written against the `Student` interface."""
