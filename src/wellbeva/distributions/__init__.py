"""Families, and fits from what studies print."""
