"""The wire: thin servicers, conversions and the status table."""
