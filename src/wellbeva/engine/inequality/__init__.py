"""Inequality of wellbeing: indices one by one as their definitions say, and all of them at once in machine code."""
