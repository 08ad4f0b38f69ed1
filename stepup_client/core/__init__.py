"""Arguments of the API turned into declarations: pure."""
