"""Papers for a committee and its officers: Word files with native tables, and the same in print."""
