"""Verbs about places, from the tables of local evidence."""
