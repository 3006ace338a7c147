"""A scenario's values in a spreadsheet, and back (R119 to R121)."""
