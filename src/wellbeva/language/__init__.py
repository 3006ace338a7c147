"""Equations: allow-listed expressions, their typed tree, checks and rendering."""
