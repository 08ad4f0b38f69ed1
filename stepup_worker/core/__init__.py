"""The worker's decisions, as a pure machine."""
