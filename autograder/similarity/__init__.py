"""Which answers of a class are the same or nearly, for the instructor to look at."""
