"""Where a number comes from: text, trace, pages of a model and its inputs."""
