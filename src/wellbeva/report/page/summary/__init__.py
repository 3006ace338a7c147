"""Page one: the answer, the table that carries it, and what would change it."""
