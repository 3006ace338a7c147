"""Surveys of community groups: answers checked, people matched, what changed, and its doubt (semantics R175)."""
