"""Choice of an engine, blocks of draws on threads, refusals."""
