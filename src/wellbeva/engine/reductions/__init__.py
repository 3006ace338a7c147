"""From draws to moments, counts, histograms and kept draws, in a fixed tree of sums."""
