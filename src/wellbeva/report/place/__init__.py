"""The dashboard of a place: the answer first, its tables, and the page."""
