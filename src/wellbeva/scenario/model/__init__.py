"""Model files: sections, inheritance, loading."""
