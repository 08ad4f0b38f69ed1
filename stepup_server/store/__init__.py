"""The durable memory of the graph, in SQLite."""
