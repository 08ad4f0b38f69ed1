"""The wire: one lazy channel to the director."""
