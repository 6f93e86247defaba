"""Marks and feedback in the forms that learning management systems import."""
