"""Records that a scenario names by a reference: effects of the library, results of surveys."""
