"""The project's files: looked at, hashed, expanded and removed in threads."""
