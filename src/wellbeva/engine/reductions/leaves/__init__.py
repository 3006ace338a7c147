"""What touches each draw: by NumPy or by kernels, to the same bits."""
