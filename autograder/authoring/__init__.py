"""Tools of the course's authors: build, validate, calibrate, benchmark, demonstrate."""
