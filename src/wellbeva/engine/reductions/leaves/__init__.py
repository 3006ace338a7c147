"""The functions that touch each draw: by NumPy or by kernels, to the same bits."""
