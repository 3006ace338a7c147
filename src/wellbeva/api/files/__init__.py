"""Files that people hand on: sheets of inputs, new scenarios, samples for other packages."""
