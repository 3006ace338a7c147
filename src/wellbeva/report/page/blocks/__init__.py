"""What each page says after the first: one file a topic, found by `registry`."""
