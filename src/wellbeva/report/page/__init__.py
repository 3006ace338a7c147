"""The HTML page, block by block."""
