"""The director: owns the step graph and tells workers what to run."""
