"""Benchmarks: models swept by size, each against what an expert would do without wellbeva."""
