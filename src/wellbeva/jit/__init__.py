"""Machine code: how kernels are compiled, the cache that keeps them, and its folder."""
