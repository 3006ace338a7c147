"""The families of distributions, one class a file."""
