"""From a file's bytes to a tree of nodes, each with its place."""
