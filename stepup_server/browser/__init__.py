"""`stepup browse`: the stored graph as web pages, for the user of this machine only."""
