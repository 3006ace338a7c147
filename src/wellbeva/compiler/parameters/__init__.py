"""From written values to the elements of the plan that an engine samples."""
