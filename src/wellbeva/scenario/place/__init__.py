"""The scenario of a place: its people and their life satisfaction, from published tables."""
