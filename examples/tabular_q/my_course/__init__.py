"""Units of this course: what they ask."""
