"""Asking a student's code: one interface, in this process or across the sandbox's border."""

from autograder.student.interface import (
    Gradients,
    NotSolved,
    Student,
    StudentError,
    StudentObject,
    Tensor,
)

__all__ = ["Gradients", "NotSolved", "Student", "StudentError", "StudentObject", "Tensor"]
