"""What a report says, as objects: results, answer, sensitivity, sources."""
