"""What the arguments of a plan mean: pure functions and values."""
