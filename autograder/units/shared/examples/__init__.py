"""Worked examples of the ideas that exercises ask for, with other numbers."""
