"""What one value may say: short form, long form, along axes."""
