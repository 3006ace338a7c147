"""Tables of quantiles, by which draws are made fast."""
