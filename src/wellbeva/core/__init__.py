"""Vocabulary shared by all stages: axes and their order, units, places in a file."""
