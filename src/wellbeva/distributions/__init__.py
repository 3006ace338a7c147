"""Families, and fits from what studies print."""

from wellbeva.distributions import families as families  # every family is registered before one is asked for
