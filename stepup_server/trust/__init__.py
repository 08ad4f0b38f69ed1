"""Keys and certificates of a director, and whom it believes."""
