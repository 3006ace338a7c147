"""Adjustments before effects and costs count: deadweight, optimism bias, weights by income."""
