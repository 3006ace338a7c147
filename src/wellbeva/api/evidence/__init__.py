"""Public functions on evidence: the library, and what studies and surveys together say."""
