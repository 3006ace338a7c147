"""Pure functions from a Dataset to tables: decision, incremental, league, break-even, one-way, published lines."""
