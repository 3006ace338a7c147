"""Measures of wellbeing other than life satisfaction from 0 to 10, and what a point of each is worth in it."""
