"""Is a trained agent worth its points? Training in disguise, scoring, and two tests of it."""
