"""The worker: runs the attempts that the director wants it to hold."""
