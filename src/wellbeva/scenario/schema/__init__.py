"""The shape of a file: its models, their documentation, migration from older formats."""
