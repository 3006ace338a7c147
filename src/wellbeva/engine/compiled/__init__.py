"""From three-address code to machine code."""
