"""Streams and designs: every draw is addressed by seed, name and index."""
