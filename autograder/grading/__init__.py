"""One submission after the other: notebook as data, sandbox, tasks, agent, one record."""
