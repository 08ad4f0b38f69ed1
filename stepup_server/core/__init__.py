"""The step graph and everything decided about it, as a pure machine: events in, commands out."""
