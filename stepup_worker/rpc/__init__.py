"""The wire: the conversation with the director."""
