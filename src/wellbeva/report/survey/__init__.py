"""Pages for a group that asks its people: the questionnaire to print, and what was found."""
