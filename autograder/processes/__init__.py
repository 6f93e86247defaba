"""Work on one submission, in a process of its own: what goes wrong there stays there."""
