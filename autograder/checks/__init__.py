"""What a check is: tasks, checks, the mistakes they name, and how they are asked."""
