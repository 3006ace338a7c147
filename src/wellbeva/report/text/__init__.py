"""Numbers, units and distributions in words."""
