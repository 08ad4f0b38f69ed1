"""A workspace of the worker's own: what steps need is fetched by digest, what they make is stored by digest."""
