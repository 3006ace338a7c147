"""Grades of evidence by published rules, and what a grade can do to the arithmetic."""
