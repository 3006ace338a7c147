"""Runs in parts: the fixed tree over their chunks, the folder that holds the parts, and who computes them."""
