"""What the base case says at other values: combinations of inputs, prices, structures."""
