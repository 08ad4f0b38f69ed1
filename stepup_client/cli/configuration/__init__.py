"""What users settle once: configuration files, variables of the environment, and options, in layers."""
