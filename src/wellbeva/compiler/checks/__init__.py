"""Pitfalls of an appraisal that a scenario can show before any draw."""
