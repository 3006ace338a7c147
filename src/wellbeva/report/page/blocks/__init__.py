"""Blocks of the pages after the first: one file for each topic, found by `registry`."""
