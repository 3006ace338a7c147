"""Commands that write a scenario anew, and keep all else of its files."""
