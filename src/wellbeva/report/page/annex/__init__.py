"""Annexes: every input with its source, equations, the record of the run."""
