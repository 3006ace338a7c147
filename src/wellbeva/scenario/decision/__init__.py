"""Sections of a scenario on how its decision is made: a portfolio, studies before it, structures that it may have."""
