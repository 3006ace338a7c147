"""Verbs for runs in parts and for many runs, on one machine or a cluster."""
