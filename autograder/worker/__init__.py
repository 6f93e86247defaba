"""Everything that is mounted into the sandbox: answers questions about the student's code."""
