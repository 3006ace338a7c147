"""What reduces a pack of lanes: by NumPy or by kernels, to the same bits (`reducer.Leaves`)."""
