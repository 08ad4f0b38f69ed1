"""What people are told: events for whoever follows, records in the log."""
