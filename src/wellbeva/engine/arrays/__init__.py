"""Labelled arrays, and the functions that work on them."""
