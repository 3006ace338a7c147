"""Runs in parts and sweeps: many machines for one run, one job for many runs."""
