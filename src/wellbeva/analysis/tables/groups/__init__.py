"""Tables of what options do to the differences between groups."""
