"""Mutation testing of what judges the students, with Cosmic Ray: `make mutation`."""
