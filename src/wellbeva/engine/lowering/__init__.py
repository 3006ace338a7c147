"""From a plan to three-address code."""
