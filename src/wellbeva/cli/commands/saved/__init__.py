"""Verbs that begin at a run folder."""
