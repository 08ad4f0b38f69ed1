"""Child processes: launching, the warm Python fork server, outcomes."""
