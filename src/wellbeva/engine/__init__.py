"""Plan -> outcomes: the reference engine, the blocked engine, reductions in a fixed tree."""
