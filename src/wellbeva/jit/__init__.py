"""Machine code: how kernels are compiled, the cache that keeps them, and the folder it lies in."""
