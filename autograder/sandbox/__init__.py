"""The sandbox of students' code, seen from outside: starting it, limiting it, asking it."""
